"""What a new product is made of: what need not be said, who launches it, where it is listed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from catalog.errors import UsageError
from catalog.manifests.assembly import assemble
from catalog.model import Catalog, Kind, Portfolio, PortfolioShare, SourceFile
from catalog.scaffolding.casting import Cast, cast
from catalog.scaffolding.enrolment import enrolled, stated
from catalog.scaffolding.seedling import SUMMARY, Answers, seedling
from catalog.targets import Organization, OrganizationalUnit, Target

BASE = Path(__file__).parents[1] / "cases" / "base"
TREE = {
    path.relative_to(BASE).as_posix(): SourceFile(content=path.read_bytes())
    for path in BASE.rglob("*")
    if path.is_file()
}
CATALOG, _ = assemble(BASE, TREE)
TODAY = date(2026, 11, 20)


def test_what_the_catalog_leaves_no_choice_in_need_not_be_said() -> None:
    made = seedling(CATALOG, Answers(name="say-goodbye"), TODAY)
    assert (made.kind, made.owner, made.launch_role) == (Kind.PROJECT, "team", "greeter-launch")
    assert (made.title, made.summary, made.portfolio) == ("Say Goodbye", SUMMARY, "")


def test_what_is_said_is_kept() -> None:
    said = Answers(
        name="x",
        kind="admin",
        title="Ex",
        summary="Is: it?",
        owner="team",
        launch_role="r",
        portfolio="projects",
    )
    made = seedling(CATALOG, said, TODAY)
    assert (made.kind, made.title, made.summary) == (Kind.ADMIN, "Ex", "Is: it?")
    assert (made.launch_role, made.portfolio) == ("r", "projects")


@pytest.mark.parametrize(
    ("said", "flag"),
    [
        ({"name": ""}, "NAME="),
        *(({"name": name}, "Use ") for name in ("Greeter", "a b", "../x", "-a", "_shared")),
        ({"owner": "teem"}, "--owner. Did you mean 'team'?"),
        ({"kind": "admin"}, "--launch-role"),
        ({"launch_role": "arn:aws:iam::111122223333:role/x"}, "--launch-role"),
        ({"kind": "foundation", "launch_role": "x"}, "--launch-role"),
        ({"kind": "foundation", "portfolio": "projects"}, "--portfolio"),
        ({"portfolio": "project"}, "--portfolio. Did you mean 'projects'?"),
    ],
)
def test_what_cannot_be_names_the_flag(said: Mapping[str, str], flag: str) -> None:
    with pytest.raises(UsageError) as refused:
        seedling(CATALOG, Answers(**{"name": "new", **said}), TODAY)
    assert flag in refused.value.remedy


TEAM = OrganizationalUnit(name="team", id="ou-ab12-11111111", accounts={"lab": "111111111111"})
ORGANIZATION = Organization(
    id="o-exampleorg1",
    management="777788889999",
    units=(
        OrganizationalUnit(name="shared", id="ou-ab12-22222222", accounts={"hub": "444455556666"}),
        OrganizationalUnit(name="workloads", id="ou-ab12-33333333", units=(TEAM,)),
    ),
)


def offering(principals: tuple[str, ...], ou: str = "") -> Catalog:
    target = Target(
        name="local",
        account="444455556666",
        regions=("us-east-1",),
        ous={"team": TEAM.id, "everybody": ORGANIZATION.id},
        embedded=True,
        organization=ORGANIZATION,
    )
    portfolio = Portfolio(
        name="p",
        title="P",
        provider="x",
        summary="x",
        products=(),
        principals=principals,
        share=(PortfolioShare(ou=ou),) if ou else (),
    )
    settings = replace(CATALOG.settings, targets={"local": target})
    return replace(CATALOG, settings=settings, portfolios={"p": portfolio})


@pytest.mark.parametrize(
    ("principals", "ou", "who"),
    [
        (("role/lead",), "", Cast(account="hub", role="lead", hired=False)),
        (("role/lead", "role/ana-*"), "", Cast(account="hub", role="ana-rehearsal", hired=True)),
        (("role/ana-*",), "team", Cast(account="lab", role="ana-rehearsal", hired=True)),
        (("role/ana-*",), "everybody", Cast(account="hub", role="ana-rehearsal", hired=True)),
        (
            ("arn:aws:iam::111111111111:role/of/lead",),
            "team",
            Cast(account="lab", role="lead", hired=False),
        ),
        (("role/sso/*/AWSReservedSSO_*", "user/ana"), "team", None),
        ((), "team", None),
    ],
)
def test_the_portfolio_says_who_launches_it(
    principals: tuple[str, ...], ou: str, who: Cast | None
) -> None:
    assert cast(offering(principals, ou), "p") == who


def test_nobody_launches_what_is_in_no_portfolio_or_nowhere_embedded() -> None:
    assert cast(offering(("role/lead",)), "") is None
    assert cast(CATALOG, "projects") is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# Why.\nproducts:\n  - a  # first\ntags: {}\n", "  - a  # first\n  - new\n"),
        ("products: [a, b]\ntags: {}\n", "products: [a, b, new]\n"),
        ("products: []\n", "products:\n  - new\n"),
    ],
)
def test_a_portfolio_gets_one_line_more(before: str, after: str) -> None:
    made = enrolled(before, "new")
    assert after in made
    gone = [line for line in before.splitlines() if line not in made.splitlines()]
    assert all(line.startswith("products:") for line in gone)
    assert enrolled(made, "new") == made


def test_facts_are_quoted_where_yaml_wants_it() -> None:
    made = stated("# First.\ntitle:\nversion: 0.1.0\n", {"title": "Ana: on", "owner": "team"})
    assert made == "# First.\ntitle: 'Ana: on'\nversion: 0.1.0\nowner: team\n"
