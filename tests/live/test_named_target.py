"""The suite against a named target: `pytest tests/live --live TARGET [--live-as ACCOUNT/ROLE]`."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import pytest

from catalog import places, workspace
from catalog.aws.surroundings import Caller
from catalog.errors import CatalogError
from tests.live import suite
from tests.live.journey import Ground

ROOT = Path(__file__).parents[2]


@pytest.mark.live
def test_named_target(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> None:
    target = request.config.getoption("live", None)
    if not target:
        pytest.skip("names no target: pytest tests/live --live TARGET")
    try:
        verdicts = suite.run(_ground(target, request.config.getoption("live_as", None)))
    except CatalogError as error:
        pytest.fail(str(error), pytrace=False)
    with capsys.disabled():
        sys.stdout.write("\n" + "".join(f"{verdict}\n" for verdict in verdicts))
    assert not [str(verdict) for verdict in verdicts if verdict.error]


def _ground(name: str, person: str | None) -> Ground:
    catalog, _ = workspace.load(ROOT)
    target = places.named(catalog, name)
    reach = partial(places.reach, ROOT)
    if not person:
        caller = reach(target).gateways[target.regions[0]].surroundings.caller()
        person = f"{caller.account}/{_role(caller)}"
    account, _, role = person.partition("/")
    roles = {folder.product.launch_role for folder in catalog.products.values()}
    return Ground(
        target=target,
        reach=reach,
        account=account,
        role=role,
        launch_role=min(roles - {""}),
    )


def _role(caller: Caller) -> str:
    """Name of the caller's role.

    Args:
        caller: Of `arn:aws:sts::123456789012:assumed-role/name/session`.
    """
    kind, _, rest = caller.arn.rpartition(":")[2].partition("/")
    assert kind == "assumed-role", f"{caller.arn} is no role; name one with --live-as ACCOUNT/ROLE"
    return rest.partition("/")[0]
