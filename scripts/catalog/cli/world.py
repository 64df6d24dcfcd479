"""Verbs about versions in the world: releases, verify, fleet."""

from __future__ import annotations

import sys
from collections.abc import Collection
from dataclasses import asdict
from datetime import UTC, datetime

import click

from catalog import pipeline, places, workspace
from catalog.cli.console import Session, data, many, say, table
from catalog.cli.options import json_option, target_option
from catalog.cli.running import ready, sound
from catalog.errors import UsageError
from catalog.manifests.manifest import did_you_mean
from catalog.model import Catalog
from catalog.publishing.surveying import Depth
from catalog.world import auditing, reading, telling
from catalog.world import releases as chronicles
from catalog.world.verdicts import Mark

DEEP = Depth(deep=True)


@click.command()
@click.argument("product", default="")
@target_option
@json_option
@click.pass_obj
def releases(session: Session, product: str, target: str, *, as_json: bool) -> None:
    """List every version ever released, of PRODUCT or of all.

    Read from the release records in the artifact buckets of the target's regions.
    """
    catalog: Catalog = workspace.load(session.root)[0]
    place = places.reach(session.root, places.named(catalog, target))
    found = [
        reading.chronicle(gateways, region, product) for region, gateways in place.gateways.items()
    ]
    products = {name: folder.product for name, folder in catalog.products.items()}
    history = chronicles.history(found, products, datetime.now(UTC).date())
    if product and not history:
        _must_know(product, products)
    if as_json:
        data([asdict(each) for each in history])
    elif history:
        table(telling.releases(history))
    else:
        say(f"Nothing was released to target {target} yet.")


@click.command()
@click.argument("product", default="")
@target_option
@json_option
@click.pass_obj
def verify(session: Session, product: str, target: str, *, as_json: bool) -> None:
    """Compare what is live with what was released, of PRODUCT or of all.

    Recomputes every digest from the service's own copies and the bundles, names the commit, and
    says what it could not read; exits 1 when something differs.
    """
    checked = sound(session, quiet=as_json)
    place = ready(session, checked, target, quiet=as_json)
    found = auditing.verify(place, pipeline.surveys(session.root, place, checked, DEEP), product)
    if product and not found:
        _must_know(product, checked.catalog.products)
    if as_json:
        data([asdict(each) for each in found])
    else:
        if found:
            table(telling.verified(found))
        for line in telling.notes(found):
            say(line)
        say(telling.verdict(found))
    sys.exit(1 if any(each.mark is Mark.DIFFERS for each in found) else 0)


@click.command()
@click.argument("product", default="")
@target_option
@json_option
@click.pass_obj
def fleet(session: Session, product: str, target: str, *, as_json: bool) -> None:
    """List who runs which version, of PRODUCT or of all.

    Launched from Service Catalog, or as a project from an S3 template. Looks into every account
    that a portfolio is shared with; those that cannot be seen, or not in full, are named.
    """
    checked = sound(session, quiet=as_json)
    place = ready(session, checked, target, quiet=as_json)
    surveys = pipeline.surveys(session.root, place, checked, DEEP)
    if product:
        published = {name for each in surveys.values() for name in each.observed.products}
        _must_know(product, {*checked.catalog.products, *published})
    seen = auditing.fleet(place, surveys, product)
    if as_json:
        data(asdict(seen))
        return
    if seen.running:
        table(telling.fleet(seen.running))
    for one in seen.unseen:
        say(f"not seen: {one}")
    for one in seen.partly:
        say(f"projects from S3 not seen: {one}")
    unseen = f"; {many(len(seen.unseen), 'account')} not seen" if seen.unseen else ""
    partly = f"; {many(len(seen.partly), 'account')} seen without S3" if seen.partly else ""
    say(f"{len(seen.running)} running{unseen}{partly}.")


def _must_know(product: str, known: Collection[str]) -> None:
    if product not in known:
        raise UsageError(f"There is no product '{product}'.", did_you_mean(product, known))


COMMANDS = (releases, verify, fleet)
