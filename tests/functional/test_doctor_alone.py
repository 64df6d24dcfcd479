"""A target of one account, outside of organizations: nothing of one is missing."""

from __future__ import annotations

from dataclasses import replace

from catalog import aws as gateways
from catalog.aws.accounts import Accounts
from catalog.aws.session import Credentials
from catalog.doctor import checks, looking
from catalog.doctor.verdicts import Standing
from catalog.places import Place
from catalog.targets import Target
from local_aws import identity
from local_aws.process import Embedded

ALONE, REGION = "999999999999", "eu-west-1"


def test_an_account_outside_of_organizations_can_be_brought_up(aws: Embedded) -> None:
    access, secret, token = identity.keys_for(f"arn:aws:iam::{ALONE}:root")
    keys = Credentials(access_key=access, secret_key=secret, session_token=token)
    target = Target(name="alone", account=ALONE, regions=(REGION,))
    hub = gateways.connect(target, REGION, credentials=keys)
    place = Place(
        target=target,
        gateways={REGION: hub},
        accounts=Accounts(session=hub.session, home=ALONE, role="access"),
    )
    facts = looking.look_first(place)
    assert [each.subject for each in checks.verdicts(facts, checks.FIRST)] == [f"region {REGION}"]

    sharing = replace(place, target=replace(target, ous={"workloads": "ou-ab12-20000000"}))
    found = checks.verdicts(looking.look_first(sharing), checks.FIRST)
    told = [(each.standing, each.why) for each in found if each.standing is not Standing.WELL]
    assert set(told) == {(Standing.UNKNOWN, f"account {ALONE} is in no organization")}
    assert len(told) == 3
