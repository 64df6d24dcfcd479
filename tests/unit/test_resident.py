"""Whom a shell works as on the embedded AWS."""

from __future__ import annotations

import pytest

from catalog.errors import UsageError
from catalog.studio.looking import Person, resident
from catalog.targets import Organization, OrganizationalUnit, Target

HUB, SCIENCE, PRODUCTION = "444455556666", "111111111111", "222222222222"
BELOW = OrganizationalUnit(name="p", id="ou-ab12-21000000", accounts={"production": PRODUCTION})
ORGANIZATION = Organization(
    id="o-exampleorg1",
    management="777788889999",
    units=(
        OrganizationalUnit(
            name="w",
            id="ou-ab12-20000000",
            accounts={"hub": HUB, "data-science": SCIENCE},
            units=(BELOW,),
        ),
    ),
    people={"data-science": ("iris", "rose")},
)
TARGET = Target(
    name="local", account=HUB, regions=("us-east-1",), embedded=True, organization=ORGANIZATION
)
ADMINISTRATOR = "OrganizationAccountAccessRole"


@pytest.mark.parametrize(
    ("account", "role", "who"),
    [
        ("", "", Person(account=HUB, role=ADMINISTRATOR)),
        (SCIENCE, "", Person(account=SCIENCE, role="iris")),
        ("data-science", "rose", Person(account=SCIENCE, role="rose")),
        ("data-science", ADMINISTRATOR, Person(account=SCIENCE, role=ADMINISTRATOR)),
        ("production", "", Person(account=PRODUCTION, role=ADMINISTRATOR)),
    ],
)
def test_the_first_person_of_an_account_or_its_administrator(account, role, who):
    assert resident(TARGET, account, role) == who


def test_an_account_outside_the_organization():
    with pytest.raises(UsageError, match="no account 999999999999") as refused:
        resident(TARGET, "999999999999", "")
    assert f"data-science ({SCIENCE})" in refused.value.remedy
