"""How this code says that it cannot go on: one sentence, an exit code, no traceback."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable

from botocore.exceptions import BotoCoreError, ClientError

logger = logging.getLogger(__name__)


class Failure(Exception):
    """Something is wrong that a person has to look at; the message says what and where."""


def run(step: Callable[[], None]) -> None:
    """Run a step of the pipeline as a program: log to standard output, exit 1 when it fails."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    logging.getLogger("botocore").setLevel(logging.WARNING)
    try:
        step()
    except (Failure, BotoCoreError, ClientError, OSError) as problem:
        logger.error("Failed: %s", problem)  # noqa: TRY400 - people read this, not a traceback
        sys.exit(1)
