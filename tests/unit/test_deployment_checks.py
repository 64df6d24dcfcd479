"""What `foundation` and `test_accounts` of catalog.yaml may name, and what they become."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.manifests.assembly import assemble
from catalog.model import Catalog, Kind, SourceFile
from catalog.targets import Deployment, UnitDeployment

PRODUCT = """\
# yaml-language-server: $schema=../../scripts/catalog/schemas/product.schema.json
kind: {kind}
version: 1.0.0
title: {name}
summary: For this test.
owner: ml
"""
SETTINGS = """\
# yaml-language-server: $schema=scripts/catalog/schemas/catalog.schema.json
owners:
  ml: {name: ML team, email: ml@example.com, url: "https://example.com"}
targets:
  local:
    embedded: true
    account: "444455556666"
    regions: [us-east-1]
    organization:
      id: o-exampleorg1
      management: "777788889999"
      units:
        - name: shared
          id: ou-ab12-10000000
          accounts: {hub: "444455556666"}
          units:
            - name: science
              id: ou-ab12-20000000
              accounts: {data-science: "111111111111"}
    ous: {science: ou-ab12-20000000, everybody: o-exampleorg1}
    test_accounts: {project: data-science}
    foundation:
      - product: roles
        account: data-science
        parameters: {Count: 3, Names: [a, b]}
"""


def assembled(settings: str) -> tuple[Catalog, list[str]]:
    files = {
        "catalog.yaml": settings,
        "products/roles/product.yaml": PRODUCT.format(kind="foundation", name="Roles"),
        "products/demo/product.yaml": PRODUCT.format(kind="project", name="Demo"),
    }
    tree = {path: SourceFile(content=text.encode()) for path, text in files.items()}
    catalog, findings = assemble(Path(), tree)
    told = [
        f"{finding.rule} {finding.line}:{finding.column} {finding.message} {finding.remedy}"
        for finding in findings
        if finding.file == "catalog.yaml"
    ]
    return catalog, told


def read(
    settings: str,
) -> tuple[tuple[Deployment | UnitDeployment, ...], dict[Kind, str], list[str]]:
    catalog, told = assembled(settings)
    target = catalog.settings.targets["local"]
    return target.foundation, dict(target.test_accounts), told


def test_names_become_account_ids_and_values_text() -> None:
    foundation, test_accounts, told = read(SETTINGS)
    assert told == []
    assert foundation == (
        Deployment(
            product="roles",
            account="111111111111",
            region="us-east-1",
            parameters={"Count": "3", "Names": "a,b"},
        ),
    )
    assert foundation[0].stack == "catalog-roles"
    assert test_accounts == {Kind.PROJECT: "111111111111"}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "product: roles",
            "product: role",
            "C005 23:18 There is no product 'role'. Did you mean 'roles'?",
        ),
        (
            "product: roles",
            "product: demo",
            "C011 23:18 'demo' is a product of kind project, launched from the catalog. "
            "Only foundation products are deployed with CloudFormation.",
        ),
        (
            "account: data-science",
            "account: data-sience",
            "C005 24:18 This target knows no account 'data-sience'. Did you mean 'data-science'?",
        ),
        (
            "{project: data-science}",
            '{project: "999999999999"}',
            "C005 21:30 This target knows no account '999999999999'. "
            "Known here: 111111111111, 444455556666, 777788889999, data-science, hub.",
        ),
        (
            "account: data-science\n",
            "account: data-science\n        region: eu-west-1\n",
            "C005 25:17 eu-west-1 is not among this target's regions. A Lambda function's code "
            "lies in its own region, in the target's bucket there.",
        ),
    ],
)
def test_what_does_not_exist_is_found_where_it_stands(old: str, new: str, told: str) -> None:
    assert read(SETTINGS.replace(old, new))[2] == [told]


def test_a_stack_is_deployed_by_one_entry() -> None:
    twice = SETTINGS + '      - {product: roles, account: "111111111111"}\n'
    assert read(twice)[2] == [
        "C006 26:9 Stack catalog-roles is deployed there by another entry already. "
        "Give this one a name."
    ]
    named = SETTINGS + '      - {product: roles, account: "111111111111", name: more}\n'
    foundation, _, told = read(named)
    assert told == []
    assert [entry.stack for entry in foundation] == ["catalog-roles", "catalog-more"]


UNIT = SETTINGS.replace("account: data-science\n", "ou: science\n")


def test_an_alias_becomes_its_unit_in_every_region() -> None:
    foundation, _, told = read(UNIT.replace("[us-east-1]", "[us-east-1, eu-west-1]"))
    assert told == []
    assert foundation == (
        UnitDeployment(
            product="roles",
            alias="science",
            unit="ou-ab12-20000000",
            regions=("us-east-1", "eu-west-1"),
            parameters={"Count": "3", "Names": "a,b"},
        ),
    )
    assert foundation[0].place == "stack set catalog-roles in OU science, us-east-1, eu-west-1"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "ou: science",
            "ou: sience",
            "C005 24:13 This target has no OU alias 'sience'. Did you mean 'science'?",
        ),
        (
            "ou: science",
            "ou: everybody",
            "C424 24:13 'everybody' is the whole organization, to which a stack set is not "
            "deployed by its id. Name an OU; a stack set reaches the units below it, too.",
        ),
        (
            "ou: science\n",
            "ou: science\n        account: data-science\n",
            "C003 23:9 'targets.local.foundation[0]' needs either an account or an ou. ",
        ),
        (
            "ou: science\n",
            "",
            "C003 23:9 'targets.local.foundation[0]' needs either an account or an ou. ",
        ),
        (
            "ou: science\n",
            "ou: science\n      - {product: roles, ou: science}\n",
            "C006 25:9 Stack set catalog-roles is deployed by another entry already. "
            "Give this one a name.",
        ),
    ],
)
def test_an_entry_names_one_place(old: str, new: str, told: str) -> None:
    broken = UNIT.replace("        parameters: {Count: 3, Names: [a, b]}\n", "")
    assert assembled(broken.replace(old, new))[1] == [told]
