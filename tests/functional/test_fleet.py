"""Who runs which version, and what that keeps from being retired or pruned."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from catalog.aws.accounts import Accounts
from catalog.errors import Refused
from catalog.model import GIVEN_BY_STUDIO, Lifecycle, PortfolioShare, Release, VersionState
from catalog.planning.tokens import digest
from catalog.publishing import publisher, surveying
from catalog.publishing.publisher import Published
from catalog.targets import Organization
from catalog.world.fleet import Door, Fleet
from catalog.world.looking import Watch, nodes_of
from local_aws import embedded, iam
from tests import publishing_world
from tests.publishing_world import (
    BUCKET,
    HUB,
    MANNER,
    OTHER_ROLE,
    REGION,
    ROLE,
    SHALLOW,
    TODAY,
    Hub,
    hub,
    portfolio,
    wish,
)

MEMBER, OTHER, MANAGEMENT = "111111111111", "222222222222", "777788889999"
SCIENTIST, READER = "data-scientist-iris", "sagemaker-catalog-reader"
LOOK = ("cloudformation:ListStacks", "servicecatalog:SearchProvisionedProducts")


def release(**more: Any) -> Release:
    """A release from which either door makes a project."""
    made = publishing_world.release(**more)
    own = "  SageMakerProjectId: {Type: String, Default: none}\n"
    text = made.template.replace("Resources:", f"{own}Resources:")
    return replace(made, template=text, digest=digest(text), parameters=GIVEN_BY_STUDIO)


OLD, MID = release(), release(version="1.1.0")


def rule(versions: str, state: VersionState) -> Lifecycle:
    return Lifecycle(versions=versions, state=state, since=TODAY, because="Broken.")


@dataclass
class World:
    """A hub, a member that runs something, and a member below it."""

    hub: Hub

    def role(self, account: str, name: str, principal: dict[str, str]) -> None:
        statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        client = self.hub.aws.client("iam", account)
        client.create_role(RoleName=name, AssumeRolePolicyDocument=document)

    def reader(self, account: str) -> None:
        """The role through which the hub looks into an account, with no more than it needs."""
        self.role(account, READER, {"AWS": f"arn:aws:iam::{HUB}:root"})
        self.lets_look(account, *LOOK)

    def lets_look(self, account: str, *actions: str) -> None:
        """What the reader role of an account may do."""
        statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
        self.hub.aws.client("iam", account).put_role_policy(
            RoleName=READER,
            PolicyName="look",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        )

    @property
    def watch(self) -> Watch:
        session = self.hub.own.session
        readers = Accounts(session=session, home=HUB, role=READER)
        return Watch(hub=self.hub.own, account=HUB, accounts=readers)

    def depth(self, **more: Any) -> surveying.Depth:
        return replace(SHALLOW, watch=self.watch, **more)

    def publish(self, *releases: Release, portfolios: Any = None, **more: Any) -> Published:
        what = wish(*releases, portfolios=portfolios)
        return self.hub.publish(what, replace(MANNER, depth=self.depth(**more)))

    def plan(self, *releases: Release, **more: Any) -> Any:
        return self.hub.survey_for(wish(*releases), self.depth(**more)).plan

    def launch(self, version: str, name: str, role: str = SCIENTIST) -> None:
        catalog = self.hub.aws.client("servicecatalog", MEMBER, role)
        (view,) = catalog.search_products()["ProductViewSummaries"]
        made = catalog.provision_product(
            ProductId=view["ProductId"],
            ProvisioningArtifactName=version,
            ProvisionedProductName=name,
            ProvisioningParameters=[{"Key": "SageMakerProjectName", "Value": name}],
            Tags=[{"Key": "sagemaker:project-name", "Value": name.removeprefix("sagemaker-")}],
        )
        record = made["RecordDetail"]["RecordId"]
        seen = catalog.describe_record(Id=record)["RecordDetail"]
        assert seen["Status"] == "SUCCEEDED", seen

    def start(self, name: str) -> None:
        """A project by the other door: from the template that lies in S3."""
        self.role(MEMBER, "project-launch", {"Service": "cloudformation.amazonaws.com"})
        template = {
            "TemplateName": "deploy",
            "TemplateURL": f"https://{BUCKET}.s3.{REGION}.amazonaws.com/studio/deploy.yaml",
            "RoleARN": f"arn:aws:iam::{MEMBER}:role/project-launch",
        }
        studio = self.hub.aws.client("sagemaker", MEMBER, SCIENTIST)
        studio.create_project(
            ProjectName=name, TemplateProviders=[{"CfnTemplateProvider": template}]
        )
        made = studio.describe_project(ProjectName=name)
        assert made["ProjectStatus"] == "CreateCompleted", made["TemplateProviderDetails"]

    def end(self, name: str) -> None:
        self.hub.aws.client("sagemaker", MEMBER, SCIENTIST).delete_project(ProjectName=name)

    def terminate(self, name: str) -> None:
        catalog = self.hub.aws.client("servicecatalog", MEMBER, SCIENTIST)
        catalog.terminate_provisioned_product(ProvisionedProductName=name, TerminateToken=name)
        catalog.scan_provisioned_products()

    def fleet(self, product: str = "") -> Fleet:
        seen = self.hub.survey_for(wish(MID), self.depth(deep=True))
        return self.watch.look(seen.ids, nodes_of(seen.desired, seen.observed), product)


@pytest.fixture
def our(organization: Organization) -> Iterator[World]:
    """Two versions, the older one run by the member, whose neighbour cannot be looked into."""
    with embedded(organization, HUB, REGION) as running:
        world = World(hub(running))
        for name in (ROLE, OTHER_ROLE):
            world.role(MEMBER, name, {"Service": "servicecatalog.amazonaws.com"})
        world.reader(MEMBER)
        world.publish(OLD)
        world.launch("1.0.0", "sagemaker-iris")
        world.publish(MID)
        yield world


def test_the_fleet_is_seen_account_by_account(our: World) -> None:
    our.launch("1.1.0", "sagemaker-rose")
    seen = our.fleet()
    told = [(one.version, one.account, one.region, one.project, one.status) for one in seen.running]
    assert told == [
        ("1.0.0", MEMBER, REGION, "iris", "AVAILABLE"),
        ("1.1.0", MEMBER, REGION, "rose", "AVAILABLE"),
    ]
    assert seen.running[0].owner.startswith(f"arn:aws:iam::{MEMBER}:role/{SCIENTIST}")
    assert seen.running[0].since is not None
    (unseen,) = seen.unseen
    assert (unseen.where, unseen.region) == (OTHER, REGION)
    assert unseen.why == f"the role {READER} cannot be assumed there"


def test_projects_of_both_doors_are_seen(our: World) -> None:
    our.start("rose")
    iris, rose = our.fleet().running
    assert (iris.project, iris.version, iris.door) == ("iris", "1.0.0", Door.SERVICE_CATALOG)
    assert (rose.project, rose.version, rose.door) == ("rose", "1.1.0", Door.S3)
    assert (rose.account, rose.region, rose.status) == (MEMBER, REGION, "CREATE_COMPLETE")
    assert rose.name.startswith("SP-rose-p-")
    assert rose.since is not None
    assert not our.fleet("another").running
    our.end("rose")
    assert [one.project for one in our.fleet().running] == ["iris"]


def test_an_account_whose_reader_may_not_list_stacks_is_seen_in_part(our: World) -> None:
    our.start("rose")
    our.reader(OTHER)
    our.lets_look(MEMBER, "servicecatalog:SearchProvisionedProducts")
    iam.force(True)
    seen = our.fleet()
    assert [one.project for one in seen.running] == ["iris"]
    assert not seen.unseen
    (partly,) = seen.partly
    assert (partly.where, partly.region) == (MEMBER, REGION)
    assert "cloudformation:ListStacks" in partly.why


def test_other_products_are_left_out_when_one_is_asked_for(our: World) -> None:
    assert not our.fleet("another").running
    assert len(our.fleet("deploy").running) == 1


def test_an_account_whose_reader_may_not_look_is_unseen(our: World) -> None:
    our.role(OTHER, READER, {"AWS": f"arn:aws:iam::{HUB}:root"})
    iam.force(True)
    (unseen,) = our.fleet().unseen
    assert unseen.where == OTHER
    assert "servicecatalog:SearchProvisionedProducts" in unseen.why
    assert len(our.fleet().running) == 1, "a reader with those two permissions suffices"
    assert not our.fleet().partly


def retiring(state: VersionState, versions: str = "<1.1") -> Release:
    return release(version="1.1.0", lifecycle=(rule(versions, state),))


def test_what_runs_is_not_made_inactive(our: World) -> None:
    our.reader(OTHER)
    plan = our.plan(retiring(VersionState.INACTIVE))
    (refusal,) = plan.refusals
    assert refusal.subject == "version 1.0.0 of deploy"
    assert f"is run by project iris in {MEMBER} ({REGION}) since 20" in refusal.reason
    with pytest.raises(Refused, match="project iris"):
        our.publish(retiring(VersionState.INACTIVE), unseen_ok=True)


def test_what_runs_where_a_share_is_only_kept_is_not_made_inactive(our: World) -> None:
    """The share is no longer named here, but stays until somebody prunes it."""
    our.reader(OTHER)
    unshared = (portfolio("deploy", share=()),)
    our.publish(MID, portfolios=unshared)
    assert [one.project for one in our.fleet().running] == ["iris"]
    with pytest.raises(Refused, match="project iris"):
        our.publish(retiring(VersionState.INACTIVE), portfolios=unshared)


def test_what_perhaps_runs_is_not_made_inactive_unless_somebody_says_so(our: World) -> None:
    our.terminate("sagemaker-iris")
    what = retiring(VersionState.INACTIVE)
    (refusal,) = our.plan(what).refusals
    assert f"perhaps somebody runs it where it cannot be seen: {OTHER} ({REGION})" in refusal.reason
    assert "--unseen-ok" in refusal.remedy
    with pytest.raises(Refused, match="perhaps somebody runs it"):
        our.publish(what)
    done = our.publish(what, unseen_ok=True)
    assert done.plan.unseen_ok
    assert not our.plan(what).actions


def test_an_approved_plan_carries_that_somebody_said_so(our: World) -> None:
    our.terminate("sagemaker-iris")
    what = retiring(VersionState.INACTIVE)
    approved = our.plan(what, unseen_ok=True)
    manner = replace(MANNER, depth=our.depth(), approved=approved)
    assert not publisher.publish(our.hub.own, wish(what), manner).failed


def test_deprecating_is_always_allowed(our: World) -> None:
    done = our.publish(retiring(VersionState.DEPRECATED))
    assert [action.kind for action in done.plan.actions] == ["update-version"]


def test_a_version_that_nobody_runs_is_made_inactive(our: World) -> None:
    our.reader(OTHER)
    what = release(version="1.1.0", lifecycle=(rule("=1.1.0", VersionState.INACTIVE),))
    our.publish(what)


def test_what_runs_is_not_pruned(our: World) -> None:
    our.reader(OTHER)
    gone: tuple[Any, ...] = (portfolio(name="templates"),)
    what = wish(portfolios=gone)
    plan = our.hub.survey_for(what, our.depth(prune=True)).plan
    assert {refusal.subject for refusal in plan.refusals} == {
        "product deploy",
        "product deploy in portfolio templates",
    }
    our.terminate("sagemaker-iris")
    assert not our.hub.survey_for(what, our.depth(prune=True)).plan.refusals
    our.hub.publish(what, replace(MANNER, depth=our.depth(prune=True)))
    assert not our.hub.dump()["products"]


def test_a_project_from_s3_keeps_its_product_but_none_of_its_versions(our: World) -> None:
    our.reader(OTHER)
    our.terminate("sagemaker-iris")
    our.start("rose")
    inactive = release(version="1.1.0", lifecycle=(rule("=1.1.0", VersionState.INACTIVE),))
    plan = our.plan(inactive)
    assert [action.kind for action in plan.actions] == ["update-version", "withdraw-template"]
    assert not plan.refusals
    gone = wish(portfolios=(portfolio(name="templates"),))
    refused, _ = our.hub.survey_for(gone, our.depth(prune=True)).plan.refusals
    assert f"is run by project rose from S3 in {MEMBER} ({REGION}) since 20" in refused.reason
    our.end("rose")
    assert not our.hub.survey_for(gone, our.depth(prune=True)).plan.refusals


@pytest.fixture
def entered(our: World, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How often somebody looked into another account."""
    meter = our.hub.own.session.meter
    return lambda: meter.calls().get("sts:AssumeRole", 0)


def test_nobody_is_asked_when_nothing_would_be_taken_away(
    our: World, entered: Callable[[], int]
) -> None:
    before = entered()
    our.plan(MID, deep=True)
    our.plan(release(version="1.2.0"))
    our.plan(retiring(VersionState.DEPRECATED))
    assert entered() == before
    our.plan(retiring(VersionState.INACTIVE))
    assert entered() > before


def test_a_unit_that_cannot_be_listed_is_unseen_as_a_whole(our: World) -> None:
    seen = our.watch.look(our.hub.survey(wish(MID), deep=True).ids, ["ou-ab12-99999999"])
    (unseen,) = seen.unseen
    assert unseen.where == "ou-ab12-99999999"


def test_a_share_with_the_whole_organization_reaches_everybody(our: World) -> None:
    our.reader(OTHER)
    ids = our.hub.survey(wish(MID), deep=True).ids
    seen = our.watch.look(ids, ["o-exampleorg1"])
    assert [one.project for one in seen.running] == ["iris"]
    assert [one.where for one in seen.unseen] == [MANAGEMENT]


def test_an_account_that_was_closed_is_unseen_for_that_reason(our: World) -> None:
    management = our.hub.aws.client("organizations", MANAGEMENT)
    management.close_account(AccountId=OTHER)
    (unseen,) = our.fleet().unseen
    assert (unseen.where, unseen.why) == (OTHER, "the account is SUSPENDED")


def test_a_share_is_not_taken_back_from_those_who_run_what_it_brings(our: World) -> None:
    our.reader(OTHER)
    unshared = wish(MID, portfolios=(portfolio("deploy", share=()),))
    pruned = our.depth(prune=True)
    (refusal,) = our.hub.survey_for(unshared, pruned).plan.refusals
    assert refusal.subject == f"share of portfolio templates with {publishing_world.WORKLOADS}"
    assert f"it would be taken back, but is needed by project iris in {MEMBER}" in refusal.reason
    our.terminate("sagemaker-iris")
    assert not our.hub.survey_for(unshared, pruned).plan.refusals


def test_a_share_that_another_one_replaces_is_taken_back(our: World) -> None:
    narrower = wish(MID, portfolios=(portfolio("deploy", share=()),))
    wider = {"Type": "ORGANIZATION", "Value": "o-exampleorg1"}
    catalog = our.hub.client("servicecatalog")
    (live,) = catalog.list_portfolios()["PortfolioDetails"]
    catalog.create_portfolio_share(PortfolioId=live["Id"], OrganizationNode=wider)
    plan = our.hub.survey_for(narrower, our.depth(prune=True)).plan
    assert {action.kind for action in plan.actions} == {"remove-share"}
    assert {refusal.subject.rpartition(" ")[2] for refusal in plan.refusals} == {
        "o-exampleorg1",
        publishing_world.WORKLOADS,
    }
    kept = replace(narrower, target=replace(narrower.target, ous={"all": "o-exampleorg1"}))
    shared = portfolio("deploy", share=(PortfolioShare(ou="all", principals=False),))
    plan = our.hub.survey_for(
        replace(kept, portfolios=(shared,)), our.depth(prune=True, unseen_ok=True)
    ).plan
    assert [action.subject.rpartition(" ")[2] for action in plan.actions] == [
        publishing_world.WORKLOADS
    ]
    assert not plan.refusals


def test_a_share_is_taken_back_once_the_one_in_its_place_is_there(our: World) -> None:
    target = replace(publishing_world.TARGET, ous={"all": "o-exampleorg1"})
    shared = portfolio("deploy", share=(PortfolioShare(ou="all", principals=False),))
    moved = replace(wish(MID, portfolios=(shared,)), target=target)
    pruned = our.depth(prune=True, unseen_ok=True)
    (refusal,) = our.hub.survey_for(moved, pruned).plan.refusals
    assert refusal.subject.endswith(publishing_world.WORKLOADS)
    assert refusal.remedy.startswith("Publish without --prune first")
    our.hub.publish(moved)
    assert not our.hub.survey_for(moved, pruned).plan.refusals


def test_shares_with_single_accounts_are_seen_and_pruned(our: World) -> None:
    our.terminate("sagemaker-iris")
    catalog = our.hub.client("servicecatalog")
    (live,) = catalog.list_portfolios()["PortfolioDetails"]
    catalog.create_portfolio_share(PortfolioId=live["Id"], AccountId="555555555555")
    node = {"Type": "ACCOUNT", "Value": MEMBER}
    made = catalog.create_portfolio_share(PortfolioId=live["Id"], OrganizationNode=node)
    catalog.describe_portfolio_share_status(PortfolioShareToken=made["PortfolioShareToken"])
    catalog.describe_portfolio_share_status(PortfolioShareToken=made["PortfolioShareToken"])
    seen = our.hub.survey_for(wish(MID), our.depth(deep=True))
    assert [kept.subject for kept in seen.plan.kept] == [
        "share of portfolio templates with 555555555555",
        f"share of portfolio templates with member-{MEMBER}",
    ]
    assert {each.where for each in our.fleet().unseen} == {OTHER, "555555555555"}
    our.hub.publish(wish(MID), replace(MANNER, depth=our.depth(prune=True, unseen_ok=True)))
    left = [
        catalog.describe_portfolio_shares(PortfolioId=live["Id"], Type=kind)[
            "PortfolioShareDetails"
        ]
        for kind in ("ACCOUNT", "ORGANIZATION_MEMBER_ACCOUNT", "ORGANIZATIONAL_UNIT")
    ]
    assert [len(each) for each in left] == [0, 0, 1]
