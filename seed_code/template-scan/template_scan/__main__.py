"""Scan a folder of templates (`*.yaml`) and their parameters (`*.json`); exit 1 with findings.

python -m template_scan deployment --results scan-results
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from template_scan import lines, summary

logger = logging.getLogger(__name__)


class Failure(Exception):
    """The scan cannot be done, or found something; the message says what."""


def scan(folder: Path, cloudformation: Any) -> Iterator[lines.Finding]:
    """Everything in a folder that must not be deployed.

    Raises:
        Failure: The folder holds no template: nothing scanned is nothing proven.
    """
    templates = sorted(folder.glob("*.yaml"))
    if not templates:
        raise Failure(f"{folder} holds no template")
    for path in [*templates, *sorted(folder.glob("*.json"))]:
        text = path.read_text()
        yield from lines.findings(path.name, text)
        if path in templates:
            yield from summary.findings(path.name, text, cloudformation)


def report(findings: tuple[lines.Finding, ...], results: Path) -> None:
    """Write the findings, log them, and fail when there are any.

    Raises:
        Failure: There are some.
    """
    results.mkdir(parents=True, exist_ok=True)
    text = json.dumps([asdict(finding) for finding in findings], indent=2)
    (results / "findings.json").write_text(text + "\n")
    for finding in findings:
        logger.info("%s", finding)
    if findings:
        raise Failure(f"{len(findings)} findings; nothing is deployed until they are mended")
    logger.info("Nothing found.")


def main() -> None:
    """Run as the scan action of a pipeline."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="what is about to be deployed")
    parser.add_argument("--results", type=Path, default=Path("scan-results"))
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    logging.getLogger("botocore").setLevel(logging.WARNING)
    try:
        found = tuple(scan(arguments.folder, boto3.client("cloudformation")))
        report(found, arguments.results)
    except (Failure, BotoCoreError, ClientError, OSError, ValueError) as problem:
        logger.error("Failed: %s", problem)  # noqa: TRY400 - people read this, not a traceback
        sys.exit(1)


if __name__ == "__main__":
    main()
