from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from local_aws import organization as organizations

HUB, MANAGEMENT, MEMBER, OTHER = "444455556666", "777788889999", "111111111111", "222222222222"
WORKLOADS, PRODUCTION = "ou-ab12-20000000", "ou-ab12-21000000"


def test_ids_are_the_given_ones(clients):
    client = clients("organizations", MANAGEMENT)
    assert client.describe_organization()["Organization"]["Id"] == "o-exampleorg1"
    assert client.describe_organization()["Organization"]["FeatureSet"] == "ALL"
    assert {one["Id"] for one in client.list_accounts()["Accounts"]} == {
        HUB,
        MANAGEMENT,
        MEMBER,
        OTHER,
    }
    root = client.list_roots()["Roots"][0]["Id"]
    units = client.list_organizational_units_for_parent(ParentId=root)["OrganizationalUnits"]
    assert {unit["Id"] for unit in units} == {"ou-ab12-10000000", WORKLOADS}
    assert client.list_parents(ChildId=OTHER)["Parents"][0]["Id"] == PRODUCTION


def test_accounts_below_a_node_are_found_nested(aws):
    assert organizations.accounts_under(PRODUCTION) == {OTHER}
    assert organizations.accounts_under(WORKLOADS) == {MEMBER, OTHER}
    assert organizations.accounts_under("o-exampleorg1") == {HUB, MANAGEMENT, MEMBER, OTHER}
    with pytest.raises(KeyError):
        organizations.accounts_under("ou-ab12-99999999")


def test_the_hub_is_delegated_administrator(aws, clients):
    assert organizations.is_management(MANAGEMENT)
    assert not organizations.is_management(HUB)
    for service in (organizations.SERVICE_CATALOG, organizations.STACKSETS):
        assert organizations.is_delegated_administrator(HUB, service)
        assert not organizations.is_delegated_administrator(MEMBER, service)
    client = clients("organizations", MANAGEMENT)
    services = client.list_delegated_services_for_account(AccountId=HUB)["DelegatedServices"]
    assert len(services) == 2
    trusted = client.list_aws_service_access_for_organization()["EnabledServicePrincipals"]
    assert {one["ServicePrincipal"] for one in trusted} == {
        organizations.SERVICE_CATALOG,
        organizations.STACKSETS,
    }


def test_people_have_their_roles(aws, clients):
    sts = aws.session(MEMBER, "data-scientist-iris").client("sts")
    assert "assumed-role/data-scientist-iris" in sts.get_caller_identity()["Arn"]
    names = {role["RoleName"] for role in clients("iam", MEMBER).list_roles()["Roles"]}
    assert {"OrganizationAccountAccessRole", "data-scientist-iris"} <= names


def test_assuming_a_role_takes_one_that_exists_and_trusts_the_caller(clients):
    hub, management = clients("sts"), clients("sts", MANAGEMENT)

    def assume(client, account, name):
        arn = f"arn:aws:iam::{account}:role/{name}"
        return client.assume_role(RoleArn=arn, RoleSessionName="test")

    assume(management, MEMBER, "OrganizationAccountAccessRole")
    for name, why in (
        ("OrganizationAccountAccessRole", "does not name the caller"),
        ("no-such-role", "there is no such role"),
    ):
        with pytest.raises(ClientError, match=why) as raised:
            assume(hub, MEMBER, name)
        assert raised.value.response["Error"]["Code"] == "AccessDenied"


def test_aws_managed_policies_exist_in_every_account(clients):
    arn = "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"
    for account in (HUB, MEMBER):
        assert clients("iam", account).get_policy(PolicyArn=arn)["Policy"]["Arn"] == arn


def test_attaching_an_aws_managed_policy_counts_in_its_account_only(clients):
    arn = "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"
    hub, member = clients("iam", HUB), clients("iam", MEMBER)

    def attached(client) -> list[str]:
        listed = client.list_policies(Scope="AWS", OnlyAttached=True)["Policies"]
        return [one["PolicyName"] for one in listed if one["Arn"] == arn]

    hub.attach_role_policy(RoleName="OrganizationAccountAccessRole", PolicyArn=arn)
    assert (attached(hub), attached(member)) == (["AmazonSageMakerFullAccess"], [])
    assert hub.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"] == 1
    hub.detach_role_policy(RoleName="OrganizationAccountAccessRole", PolicyArn=arn)
    assert hub.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"] == 0


def test_delegated_administrators_read_the_tree_and_others_do_not(clients):
    def accounts(reader: str) -> list[str]:
        client = clients("organizations", reader)
        return [
            one["Id"] for one in client.list_accounts_for_parent(ParentId=WORKLOADS)["Accounts"]
        ]

    assert accounts(MANAGEMENT) == accounts(HUB) == [MEMBER]
    units = clients("organizations", HUB).list_organizational_units_for_parent(ParentId=WORKLOADS)
    assert [unit["Id"] for unit in units["OrganizationalUnits"]] == [PRODUCTION]
    with pytest.raises(ClientError, match="AccessDenied"):
        accounts(MEMBER)


def test_administrators_read_who_is_trusted_and_members_do_not(clients):
    for account in (HUB, MANAGEMENT):
        client = clients("organizations", account)
        trusted = client.list_aws_service_access_for_organization()["EnabledServicePrincipals"]
        assert organizations.STACKSETS in {one["ServicePrincipal"] for one in trusted}
        admins = client.list_delegated_administrators(ServicePrincipal=organizations.STACKSETS)
        assert [one["Id"] for one in admins["DelegatedAdministrators"]] == [HUB]
        assert client.list_roots()["Roots"][0]["Id"] == "r-ab12"
    member = clients("organizations", MEMBER)
    for call in (
        member.list_aws_service_access_for_organization,
        member.list_delegated_administrators,
        member.list_roots,
    ):
        with pytest.raises(ClientError, match="AccessDeniedException"):
            call()


def test_the_management_account_lets_stack_sets_in(clients):
    management, hub = clients("cloudformation", MANAGEMENT), clients("cloudformation")
    clients("organizations", MANAGEMENT).disable_aws_service_access(
        ServicePrincipal=organizations.STACKSETS
    )
    assert hub.describe_organizations_access(CallAs="DELEGATED_ADMIN")["Status"] == "DISABLED"
    with pytest.raises(ClientError, match="InvalidOperationException"):
        hub.activate_organizations_access()
    management.activate_organizations_access()
    assert hub.describe_organizations_access(CallAs="DELEGATED_ADMIN")["Status"] == "ENABLED"


def test_regions_since_2019_are_off_until_turned_on(clients):
    account = clients("account")

    def status(region: str) -> str:
        return account.get_region_opt_status(RegionName=region)["RegionOptStatus"]

    assert (status("eu-west-1"), status("af-south-1")) == ("ENABLED_BY_DEFAULT", "DISABLED")
    account.enable_region(RegionName="af-south-1")
    assert status("af-south-1") == "ENABLED"
    account.disable_region(RegionName="af-south-1")
    assert status("af-south-1") == "DISABLED"
    for refused, call in (
        ("af-nowhere-1", account.get_region_opt_status),
        ("us-east-1", account.disable_region),
    ):
        with pytest.raises(ClientError, match="ValidationException"):
            call(RegionName=refused)
    with pytest.raises(ClientError, match="AccessDeniedException"):
        account.get_region_opt_status(AccountId=MEMBER, RegionName="us-east-1")


def test_a_quota_that_is_raised_holds_in_the_catalog_too(clients):
    quotas, catalog = clients("service-quotas"), clients("servicecatalog")
    listed = quotas.list_service_quotas(ServiceCode="servicecatalog")["Quotas"]
    code = next(one["QuotaCode"] for one in listed if one["QuotaName"] == "Portfolios")
    mine = {"ServiceCode": "servicecatalog", "QuotaCode": code}
    for number in range(100):
        catalog.create_portfolio(DisplayName=f"p{number}", ProviderName="Team")
    with pytest.raises(ClientError, match="LimitExceededException"):
        catalog.create_portfolio(DisplayName="more", ProviderName="Team")
    quotas.request_service_quota_increase(**mine, DesiredValue=101)
    assert quotas.get_service_quota(**mine)["Quota"]["Value"] == 101
    catalog.create_portfolio(DisplayName="more", ProviderName="Team")
    for wrong in ({**mine, "DesiredValue": 5}, {**mine, "QuotaCode": "L-9", "DesiredValue": 500}):
        with pytest.raises(ClientError, match=r"IllegalArgument|NoSuchResource"):
            quotas.request_service_quota_increase(**wrong)
