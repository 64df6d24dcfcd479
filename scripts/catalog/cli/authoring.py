"""Verbs of authors: check, render, package, and what is generated."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import click

from catalog import checking, checks, docs, rules, workspace
from catalog.cli.console import Session, data, findings, say, verdict
from catalog.cli.options import base_option, json_option
from catalog.formats import junit as junit_format
from catalog.formats import sarif as sarif_format
from catalog.manifests import schema
from catalog.registry import REGISTRY
from catalog.releases import building, bundles, records

OUTPUT = "build/products"
SCHEMAS = "scripts/catalog/schemas"
"""Where releases and schemas are written, relative to the root."""

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("products", nargs=-1)
@base_option
@json_option
@click.option("--allowed", is_flag=True, help="Show what is accepted too, with its reason.")
@click.option("--sarif", type=_FILE, help="Write the findings as SARIF 2.1.0 to this file, too.")
@click.option("--junit", type=_FILE, help="Write the findings as JUnit XML to this file, too.")
@click.pass_obj
def check(
    session: Session,
    products: tuple[str, ...],
    since: str,
    *,
    as_json: bool,
    allowed: bool,
    sarif: Path | None,
    junit: Path | None,
) -> None:
    """Find mistakes in manifests, templates and seed code."""
    checked = checking.check(session.root, products, since=since)
    if sarif:
        _keep(sarif, sarif_format.sarif(checked.findings, (*REGISTRY, *rules.catalogue())))
    if junit:
        _keep(junit, junit_format.junit(checked.findings, checked.built))
    if as_json:
        data([asdict(finding) for finding in checked.findings])
    else:
        findings(each for each in checked.findings if allowed or not each.allowed)
        verdict(checked.findings, len(checked.built))
    sys.exit(0 if checked.sound else 1)


@click.command()
@click.argument("products", nargs=-1)
@click.pass_obj
def render(session: Session, products: tuple[str, ...]) -> None:
    """Write each product's template to build/products/."""
    checked = checking.check(session.root, products)
    findings(finding for finding in checked.findings if finding.stops)
    for name, release in checked.releases.items():
        say(_write(session.root, f"{name}/template.yaml", release.template.encode()))
    sys.exit(0 if checked.sound else 1)


@click.command()
@click.argument("products", nargs=-1)
@click.pass_obj
def package(session: Session, products: tuple[str, ...]) -> None:
    """Write each product's release to build/products/.

    Template, bundles and release.json.
    """
    checked = checking.check(session.root, products)
    findings(finding for finding in checked.findings if finding.stops)
    for name, release in checked.releases.items():
        _write(session.root, f"{name}/template.yaml", release.template.encode())
        _write(session.root, f"{name}/release.json", records.text(release).encode())
        for bundle in release.bundles:
            _write(session.root, f"{name}/{bundle.key}", bundles.archive(bundle))
        say(f"{name} {release.version} sha256:{release.digest} in {OUTPUT}/{name}")
    sys.exit(0 if checked.sound else 1)


@click.command()
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit 1 when stale.")
@click.pass_obj
def schemas(session: Session, *, only_check: bool) -> None:
    """Write the JSON Schemas of the manifests."""
    made = {f"{SCHEMAS}/{name}": text for name, text in schema.files().items()}
    _generate(session.root, made, only_check=only_check)


@click.command(name="docs")
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit 1 when stale.")
@click.pass_obj
def pages(session: Session, *, only_check: bool) -> None:
    """Write what is generated: pages, CODEOWNERS, the buildspec of taskcat."""
    catalog, _ = workspace.load(session.root)
    made = docs.pages(catalog, building.build(catalog), rules.catalogue())
    _generate(session.root, made, only_check=only_check)


def _generate(root: Path, made: Mapping[str, str], *, only_check: bool) -> None:
    present = {
        path: (root / path).read_text(encoding="utf-8", errors="replace")
        for path in made
        if (root / path).is_file()
    }
    stale = tuple(checks.stale(made, present))
    if only_check:
        findings(stale)
        sys.exit(1 if stale else 0)
    for finding in stale:
        (root / finding.file).parent.mkdir(parents=True, exist_ok=True)
        (root / finding.file).write_text(made[finding.file], encoding="utf-8")
        say(finding.file)


def _keep(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _write(root: Path, name: str, content: bytes) -> str:
    path = root / OUTPUT / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return f"{OUTPUT}/{name}"


COMMANDS = (check, render, package, schemas, pages)
