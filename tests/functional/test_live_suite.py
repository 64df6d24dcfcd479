"""The suite for real accounts, proven on the embedded AWS; it leaves the catalog as it was."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from catalog import aws as gateways
from catalog.aws.accounts import Accounts
from catalog.aws.session import Credentials, Session
from catalog.places import Place
from catalog.targets import Target
from local_aws import identity
from local_aws.process import Embedded
from tests.live import suite
from tests.live.journey import Ground
from tests.publishing_world import FIRST, HUB, PATIENCE, REGION, ROLE, TARGET, Hub, hub

MANAGEMENT, MEMBER, SCIENTIST = "777788889999", "111111111111", "data-scientist-iris"
TRUST = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", '
    '"Principal": {"Service": "servicecatalog.amazonaws.com"}}]}'
)


@pytest.fixture
def our(aws: Embedded) -> Hub:
    """A hub with a published catalog, whose launch role the member has too."""
    made = hub(aws)
    made.publish(FIRST)
    aws.client("iam", MEMBER).create_role(RoleName=ROLE, AssumeRolePolicyDocument=TRUST)
    return made


def ground(our: Hub, **more: Any) -> Ground:
    def reach(target: Target) -> Place:
        access, secret, token = identity.keys_for(
            f"arn:aws:iam::{MANAGEMENT}:role/OrganizationAccountAccessRole"
        )
        keys = Credentials(access_key=access, secret_key=secret, session_token=token)
        session = Session(region=REGION, credentials=keys)
        return Place(
            target=target,
            gateways={REGION: gateways.connect(target, REGION, credentials=our.keys())},
            accounts=Accounts(session=session, home=MANAGEMENT, role=target.access_role),
        )

    given = {
        "target": TARGET,
        "reach": reach,
        "account": MEMBER,
        "role": SCIENTIST,
        "launch_role": ROLE,
        "patience": PATIENCE,
        "share_patience": replace(PATIENCE, looks=40),
    }
    return Ground(**{**given, **more})


def test_every_check_holds_and_nothing_is_left(our: Hub) -> None:
    before = our.dump()
    verdicts = suite.run(ground(our))
    assert [str(v) for v in verdicts if v.error != ""] == []
    assert our.dump() == before
    buckets = our.client("s3").list_buckets()["Buckets"]
    assert [bucket["Name"] for bucket in buckets] == [TARGET.bucket_in(REGION)]
    assert our.survey(FIRST, deep=True).plan.empty


def test_a_failing_check_ends_the_run_and_everything_is_removed(our: Hub) -> None:
    before = our.dump()
    verdicts = suite.run(ground(our, account=HUB, role="catalog-launch-2"))
    errors = [verdict.error for verdict in verdicts]
    assert any(errors)
    assert None in errors
    assert errors[-1] == ""
    assert our.dump() == before
