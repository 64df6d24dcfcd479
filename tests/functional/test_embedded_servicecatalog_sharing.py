"""How a portfolio of the embedded Service Catalog reaches other accounts."""

from __future__ import annotations

import pytest

from local_aws import faults

HUB, MANAGEMENT, MEMBER, OTHER = "444455556666", "777788889999", "111111111111", "222222222222"
WORKLOADS, PRODUCTION = "ou-ab12-20000000", "ou-ab12-21000000"
SCIENTIST, ROSE = "data-scientist-iris", "data-scientist-rose"


def unit(identifier: str) -> dict[str, dict[str, str]]:
    return {"OrganizationNode": {"Type": "ORGANIZATIONAL_UNIT", "Value": identifier}}


def accepted(client, kind: str) -> list[str]:
    listed = client.list_accepted_portfolio_shares(PortfolioShareType=kind)
    return [one["Id"] for one in listed["PortfolioDetails"]]


# --- Shares -----------------------------------------------------------------------------------


def test_share_is_in_progress_and_then_completed(world):
    portfolio = world.portfolio()
    made = world.hub.create_portfolio_share(PortfolioId=portfolio, **unit(WORKLOADS))
    token = made["PortfolioShareToken"]
    assert world.settle(token) == ["IN_PROGRESS", "COMPLETED"]
    status = world.hub.describe_portfolio_share_status(PortfolioShareToken=token)
    assert status["ShareDetails"] == {"SuccessfulShares": [MEMBER, OTHER], "ShareErrors": []}
    assert status["OrganizationNodeValue"] == WORKLOADS


def test_only_one_share_action_at_a_time(world, refused):
    portfolio = world.portfolio()
    create = world.hub.create_portfolio_share
    create(PortfolioId=portfolio, **unit(WORKLOADS))
    refused("InvalidStateException", create, PortfolioId=portfolio, **unit(PRODUCTION))
    made = create(PortfolioId=portfolio, **unit(PRODUCTION))
    world.settle(made["PortfolioShareToken"])


def test_lag_makes_a_share_take_longer(world):
    portfolio = world.portfolio()
    faults.set(faults.Faults(lag=2))
    made = world.hub.create_portfolio_share(PortfolioId=portfolio, **unit(WORKLOADS))
    assert world.settle(made["PortfolioShareToken"]) == ["IN_PROGRESS"] * 3 + ["COMPLETED"]


def test_sharing_again_changes_no_flag_updating_does(world):
    portfolio = world.portfolio()
    world.share(portfolio)
    world.share(portfolio, SharePrincipals=True)

    def shares():
        kind = "ORGANIZATIONAL_UNIT"
        described = world.hub.describe_portfolio_shares(PortfolioId=portfolio, Type=kind)
        return described["PortfolioShareDetails"]

    expected = {
        "PrincipalId": WORKLOADS,
        "Type": "ORGANIZATIONAL_UNIT",
        "Accepted": True,
        "SharePrincipals": False,
        "ShareTagOptions": False,
    }
    assert shares() == [expected]
    made = world.hub.update_portfolio_share(
        PortfolioId=portfolio, **unit(WORKLOADS), SharePrincipals=True
    )
    assert made["Status"] == "IN_PROGRESS"
    world.settle(made["PortfolioShareToken"])
    assert shares() == [expected | {"SharePrincipals": True}]


def test_each_type_of_share_is_listed_apart(world):
    portfolio = world.portfolio()
    nodes = {
        "ORGANIZATION": "o-exampleorg1",
        "ORGANIZATIONAL_UNIT": WORKLOADS,
        "ACCOUNT": MEMBER,
    }
    for kind, value in nodes.items():
        node = {"Type": kind, "Value": value}
        made = world.hub.create_portfolio_share(PortfolioId=portfolio, OrganizationNode=node)
        world.settle(made["PortfolioShareToken"])
    world.hub.create_portfolio_share(PortfolioId=portfolio, AccountId=OTHER)
    found = {
        kind: [
            one["PrincipalId"]
            for one in world.hub.describe_portfolio_shares(PortfolioId=portfolio, Type=kind)[
                "PortfolioShareDetails"
            ]
        ]
        for kind in (*nodes, "ORGANIZATION_MEMBER_ACCOUNT")
    }
    assert found == {
        "ORGANIZATION": ["o-exampleorg1"],
        "ORGANIZATIONAL_UNIT": [WORKLOADS],
        "ORGANIZATION_MEMBER_ACCOUNT": [MEMBER],
        "ACCOUNT": [OTHER],
    }
    assert world.hub.list_portfolio_access(PortfolioId=portfolio)["AccountIds"] == [OTHER]
    below = world.hub.list_portfolio_access(PortfolioId=portfolio, OrganizationParentId=WORKLOADS)
    assert below["AccountIds"] == [MEMBER, OTHER]
    listed = world.hub.list_organization_portfolio_access(
        PortfolioId=portfolio, OrganizationNodeType="ORGANIZATIONAL_UNIT"
    )
    assert listed["OrganizationNodes"] == [{"Type": "ORGANIZATIONAL_UNIT", "Value": WORKLOADS}]


@pytest.mark.parametrize(
    "target",
    [
        {},
        {"AccountId": MEMBER, **unit(WORKLOADS)},
        {"AccountId": HUB},
        {"AccountId": MEMBER, "SharePrincipals": True},
        unit("ou-ab12-99999999"),
        {"OrganizationNode": {"Type": "ORGANIZATION", "Value": "o-someoneelse"}},
    ],
)
def test_share_names_one_target_that_exists(world, refused, target):
    create = world.hub.create_portfolio_share
    refused("InvalidParametersException", create, PortfolioId=world.portfolio(), **target)


def test_only_administrators_of_the_organization_share_with_it(world, refused):
    member = world.client("servicecatalog", MEMBER)
    made = member.create_portfolio(DisplayName="own", ProviderName="x")["PortfolioDetail"]
    create = member.create_portfolio_share
    refused("OperationNotSupportedException", create, PortfolioId=made["Id"], **unit(WORKLOADS))


def test_shared_portfolio_stays_until_the_share_is_gone(world, refused):
    portfolio = world.portfolio()
    world.share(portfolio)
    refused("ResourceInUseException", world.hub.delete_portfolio, Id=portfolio)
    gone = world.hub.delete_portfolio_share(PortfolioId=portfolio, **unit(WORKLOADS))
    world.settle(gone["PortfolioShareToken"])
    delete = world.hub.delete_portfolio_share
    refused("ResourceNotFoundException", delete, PortfolioId=portfolio, **unit(WORKLOADS))
    world.hub.delete_portfolio(Id=portfolio)


# --- Access to the organization ---------------------------------------------------------------


def test_only_the_management_account_switches_organization_access(world, refused):
    management = world.client("servicecatalog", MANAGEMENT)
    assert world.hub.get_aws_organizations_access_status()["AccessStatus"] == "ENABLED"
    refused("OperationNotSupportedException", world.hub.enable_aws_organizations_access)
    refused("InvalidStateException", management.disable_aws_organizations_access)
    world.client("organizations", MANAGEMENT).deregister_delegated_administrator(
        AccountId=HUB, ServicePrincipal="servicecatalog.amazonaws.com"
    )
    management.disable_aws_organizations_access()
    assert management.get_aws_organizations_access_status()["AccessStatus"] == "DISABLED"
    management.enable_aws_organizations_access()
    assert management.get_aws_organizations_access_status()["AccessStatus"] == "ENABLED"
    member = world.client("servicecatalog", MEMBER)
    refused("OperationNotSupportedException", member.get_aws_organizations_access_status)


# --- Imported portfolios ----------------------------------------------------------------------


def test_organization_shares_import_by_themselves_and_account_shares_when_accepted(world, refused):
    member = world.client("servicecatalog", MEMBER)
    by_unit, by_account = world.portfolio("by unit"), world.portfolio("by account")
    world.share(by_unit)
    world.hub.create_portfolio_share(PortfolioId=by_account, AccountId=MEMBER)
    assert accepted(member, "AWS_ORGANIZATIONS") == [by_unit]
    assert accepted(member, "IMPORTED") == []
    member.accept_portfolio_share(PortfolioId=by_account)
    assert accepted(member, "IMPORTED") == [by_account]
    assert member.list_portfolios()["PortfolioDetails"] == []
    # An organization share is found only when its type is said.
    accept = member.accept_portfolio_share
    refused("ResourceNotFoundException", accept, PortfolioId=by_unit)
    accept(PortfolioId=by_unit, PortfolioShareType="AWS_ORGANIZATIONS")
    member.reject_portfolio_share(PortfolioId=by_account)
    assert accepted(member, "IMPORTED") == []


def test_imported_portfolio_is_read_only_and_in_sync(world, refused):
    portfolio, product, version = world.published()
    member = world.client("servicecatalog", MEMBER)
    described = member.describe_portfolio(Id=portfolio)
    assert described["PortfolioDetail"]["DisplayName"] == "Templates"
    assert described["Tags"] == []
    for call, params in (
        (member.update_portfolio, {"Id": portfolio, "Description": "mine"}),
        (member.delete_portfolio, {"Id": portfolio}),
        (member.update_product, {"Id": product, "Name": "mine"}),
        (
            member.update_provisioning_artifact,
            {"ProductId": product, "ProvisioningArtifactId": version, "Active": False},
        ),
    ):
        refused("ResourceNotFoundException", call, **params)
    world.version(product, "2.0.0")
    listed = member.list_provisioning_artifacts(ProductId=product)
    names = [one["Name"] for one in listed["ProvisioningArtifactDetails"]]
    assert names == ["1.0.0", "2.0.0"]
    found = member.search_products_as_admin(PortfolioId=portfolio)["ProductViewDetails"]
    assert [one["ProductViewSummary"]["ProductId"] for one in found] == [product]


def test_accounts_outside_the_unit_see_nothing(world, refused):
    portfolio = world.portfolio()
    world.share(portfolio, PRODUCTION)
    member = world.client("servicecatalog", MEMBER)
    refused("ResourceNotFoundException", member.describe_portfolio, Id=portfolio)
    assert accepted(world.client("servicecatalog", OTHER), "AWS_ORGANIZATIONS") == [portfolio]


# --- What a principal finds -------------------------------------------------------------------


def names(client) -> list[str]:
    return [one["Name"] for one in client.search_products()["ProductViewSummaries"]]


def test_principals_travel_only_when_they_are_shared(world):
    portfolio, _, _ = world.published()
    assert names(world.scientist) == ["deployment"]
    assert names(world.client("servicecatalog", MEMBER)) == []
    made = world.hub.update_portfolio_share(
        PortfolioId=portfolio, **unit(WORKLOADS), SharePrincipals=False
    )
    world.settle(made["PortfolioShareToken"])
    assert names(world.scientist) == []


def test_recipient_adds_its_own_principals(world):
    portfolio, (product, _) = world.portfolio(), world.product()
    world.hub.associate_product_with_portfolio(ProductId=product, PortfolioId=portfolio)
    world.share(portfolio)
    member, arn = world.client("servicecatalog", MEMBER), f"arn:aws:iam::{MEMBER}:role/{SCIENTIST}"
    member.associate_principal_with_portfolio(
        PortfolioId=portfolio, PrincipalARN=arn, PrincipalType="IAM"
    )
    assert names(world.scientist) == ["deployment"]
    assert names(world.client("servicecatalog", MEMBER, ROSE)) == []
    local = member.list_principals_for_portfolio(PortfolioId=portfolio)["Principals"]
    assert local == [{"PrincipalARN": arn, "PrincipalType": "IAM"}]
    assert world.hub.list_principals_for_portfolio(PortfolioId=portfolio)["Principals"] == []


def test_being_administrator_is_no_launch_path(world, refused):
    _, product, _ = world.published()
    assert names(world.hub) == []
    refused("ResourceNotFoundException", world.hub.describe_product, Id=product)
    message = refused("ResourceNotFoundException", world.hub.list_launch_paths, ProductId=product)
    assert message == f"No launch paths found for resource: {product}"
    described = world.scientist.describe_product(Id=product)
    assert described["ProductViewSummary"]["Name"] == "deployment"
    assert [one["Name"] for one in described["LaunchPaths"]] == ["Templates"]


@pytest.mark.parametrize(
    ("pattern", "means"),
    [
        ("arn:aws:iam:::role/data-scientist-iri?", True),
        ("arn:aws:iam:::role/*", True),
        ("arn:aws:iam:::role/data-scientist", False),
        ("arn:aws:iam:::user/*", False),
        ("arn:aws:iam:::role/data.scientist-iris", False),
    ],
)
def test_patterns_match_whole_names(world, pattern, means):
    portfolio, (product, _) = world.portfolio(), world.product()
    world.hub.associate_product_with_portfolio(ProductId=product, PortfolioId=portfolio)
    world.hub.associate_principal_with_portfolio(
        PortfolioId=portfolio, PrincipalARN=pattern, PrincipalType="IAM_PATTERN"
    )
    world.share(portfolio, SharePrincipals=True)
    assert bool(names(world.scientist)) is means


def test_two_matching_principals_are_two_paths(world):
    portfolio, product, _ = world.published()
    world.hub.associate_principal_with_portfolio(
        PortfolioId=portfolio, PrincipalARN="arn:aws:iam:::role/*", PrincipalType="IAM_PATTERN"
    )
    found = world.scientist.list_launch_paths(ProductId=product)["LaunchPathSummaries"]
    assert len({one["Id"] for one in found}) == 2
    assert names(world.scientist) == ["deployment"]


# --- Shares that do not arrive ----------------------------------------------------------------


def throttled(*accounts: str) -> faults.Faults:
    return faults.Faults(
        fail=tuple(
            faults.Fault(operation=f"servicecatalog:PortfolioShare/{one}", error="Throttling")
            for one in accounts
        )
    )


def ended(world, made) -> dict:
    token = made["PortfolioShareToken"]
    describe = world.hub.describe_portfolio_share_status
    return [describe(PortfolioShareToken=token) for _ in range(2)][-1]


def test_an_account_that_was_throttled_is_told_and_reached_only_by_a_new_share(world):
    portfolio = world.portfolio()
    faults.set(throttled(OTHER))
    create, delete = world.hub.create_portfolio_share, world.hub.delete_portfolio_share
    status = ended(world, create(PortfolioId=portfolio, **unit(WORKLOADS)))
    assert status["Status"] == "COMPLETED_WITH_ERRORS"
    assert status["ShareDetails"]["SuccessfulShares"] == [MEMBER]
    (error,) = status["ShareDetails"]["ShareErrors"]
    assert (error["Accounts"], error["Error"]) == ([OTHER], "Throttling")
    other = world.client("servicecatalog", OTHER)
    member = world.client("servicecatalog", MEMBER)
    assert accepted(member, "AWS_ORGANIZATIONS") == [portfolio]
    assert accepted(other, "AWS_ORGANIZATIONS") == []

    update = world.hub.update_portfolio_share
    again = ended(world, update(PortfolioId=portfolio, **unit(WORKLOADS), SharePrincipals=True))
    assert again["Status"] == "COMPLETED_WITH_ERRORS"
    ended(world, delete(PortfolioId=portfolio, **unit(WORKLOADS)))
    anew = ended(world, create(PortfolioId=portfolio, **unit(WORKLOADS)))
    assert anew["Status"] == "COMPLETED"
    assert accepted(other, "AWS_ORGANIZATIONS") == [portfolio]


def test_a_share_that_reaches_nobody_is_an_error(world):
    portfolio = world.portfolio()
    faults.set(throttled(OTHER))
    made = world.hub.create_portfolio_share(PortfolioId=portfolio, **unit(PRODUCTION))
    assert ended(world, made)["Status"] == "ERROR"


def test_members_do_not_see_how_a_share_fares(world, refused):
    token = world.share(world.portfolio())
    member = world.client("servicecatalog", MEMBER).describe_portfolio_share_status
    refused("OperationNotSupportedException", member, PortfolioShareToken=token)
