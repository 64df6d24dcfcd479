"""Where a reason says that IAM knows no resource for a call, IAM knows none."""

import json
from pathlib import Path

import cfnlint
import pytest

from catalog import access, checking, workspace
from catalog.access import coverage
from catalog.access.written import Grant

ROOT = Path(__file__).parents[2]
TABLE = Path(cfnlint.__file__).parent / "data/AdditionalSpecs/Policies.json"
"""The service authorization reference, as cfn-lint bundles it."""

UNNAMED = {
    "cloudformation:GetTemplateSummary": "it is asked for a template, not for a stack",
    "cloudwatch:PutMetricData": "a dataset is not the namespace that metrics are put into",
    "identitystore:DescribeUser": "the directory is another account's",
    "identitystore:ListUsers": "the directory is another account's",
    "sso:DescribeInstance": "the instance is another account's",
    "s3:GetObject": "the bucket's name is not published",
}
"""Calls on everything although IAM knows a resource for them."""


@pytest.fixture(scope="module")
def everywhere() -> list[Grant]:
    found, _ = access.covered(workspace.read(ROOT), checking.check(ROOT).built, ())
    return [grant for grant in coverage.wildcards(found) if "*" in grant.resources]


def test_what_reaches_everything_has_no_finer_resource(everywhere):
    table = json.loads(TABLE.read_text())
    finer = set()
    for grant in everywhere:
        service, _, name = grant.action.partition(":")
        if table[service]["Actions"][name.lower()].get("Resources"):
            finer.add(grant.action)
    assert finer == set(UNNAMED)
