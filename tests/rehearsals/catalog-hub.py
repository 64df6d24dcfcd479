"""A product comes by pull request and is published after review; what happens to meddlers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import catalog
from catalog.rehearsing.contributing import Contributor
from catalog.rehearsing.people import Call
from catalog.rehearsing.rehearsal import Person, Rehearsal
from catalog.rehearsing.trouble import Unexpected
from catalog.targets import Deployment, UnitDeployment

OPENS = False

REPOSITORY = "example/catalog"
PIPELINE, NIGHTLY = "sagemaker-catalog-hub", "sagemaker-catalog-drift"
BUCKET = "sagemaker-catalog-444455556666-us-east-1"
PLANNER = "sagemaker-catalog-planner"
TITLE = "Model Group"
PORTFOLIO = "projects"
SCIENTISTS = "arn:aws:iam:::role/sagemaker-data-scientist-*"
TEAM_MAIL = "ml-platform@example.com"

PATIENCE = 300.0
"""Seconds for several builds on a busy machine."""

TOOL = ("Makefile", "pyproject.toml", "requirements", "buildspecs", "scripts")
"""What of this repository a catalog's repository has beside its products."""

SETTINGS = """\
# yaml-language-server: $schema=scripts/catalog/schemas/catalog.schema.json
owners:
  team: {name: ML platform team, email: ml-platform@example.com, url: "https://example.com/ml"}
targets:
  prod:
    account: "444455556666"
    regions: [us-east-1]
    ous: {workloads: ou-ab12-20000000}
    publisher: sagemaker-catalog-publisher
  local:
    embedded: true
    account: "444455556666"
    regions: [us-east-1]
    ous: {workloads: ou-ab12-20000000}
    organization:
      id: o-exampleorg1
      management: "777788889999"
      units:
        - {name: shared-services, id: ou-ab12-10000000, accounts: {hub: "444455556666"}}
        - {name: workloads, id: ou-ab12-20000000, accounts: {data-science: "111111111111"}}
"""
PORTFOLIO_FILE = """\
# yaml-language-server: $schema=../scripts/catalog/schemas/portfolio.schema.json
title: Projects
provider: ML platform team
summary: Projects that a data science team may start by itself.
products: [model-group]
principals: [role/sagemaker-data-scientist-*]
share: [{ou: workloads, principals: true}]
"""
PRODUCT = {
    "product.yaml": """\
# yaml-language-server: $schema=../../scripts/catalog/schemas/product.schema.json
kind: project
version: 1.0.0
title: Model Group
summary: A group in which a team registers the versions of its model.
owner: team
launch_role: sagemaker-catalog-project-launch
""",
    "CHANGELOG.md": """\
# Changelog

## 1.0.0 - 2026-11-26

First release.
""",
    "NOTES.md": "Models are registered here.\n",
    "scenarios/default.yaml": """\
# yaml-language-server: $schema=../../../scripts/catalog/schemas/scenario.schema.json
summary: As Studio asks for it.
parameters: {SageMakerProjectName: iris, SageMakerProjectId: p-a1b2c3d4e5f6}
""",
}

LIFE = '''\
"""A team gets a group for the versions of its model."""


def rehearse_a_group(rehearsal):
    """A scientist starts a project from the template."""
    scientist = rehearsal.person("scientist", "data-science", "sagemaker-data-scientist-iris")
    scientist.creates_project("iris", "Model Group")
'''


def tool() -> Iterator[tuple[str, bytes]]:
    """The files of the tool, by their paths in a repository."""
    root = Path(catalog.__file__).parents[2]
    for top in TOOL:
        path = root / top
        for file in [path] if path.is_file() else sorted(path.rglob("*")):
            if file.is_file() and not {"__pycache__", "sagemaker_catalog.egg-info"} & {*file.parts}:
                yield file.relative_to(root).as_posix(), file.read_bytes()


def product() -> Iterator[tuple[str, bytes]]:
    """What the author adds: the skeleton of a project product, with its questions answered."""
    folder = "products/model-group"
    skeleton = Path(catalog.__file__).with_name("skeleton") / "project" / "template.yaml.j2"
    yield f"{folder}/template.yaml.j2", skeleton.read_bytes()
    for path, text in PRODUCT.items():
        yield f"{folder}/{path}", text.encode()
    yield f"portfolios/{PORTFOLIO}.yaml", PORTFOLIO_FILE.encode()
    yield "tests/rehearsals/model-group.py", LIFE.encode()


def foundation(rehearsal: Rehearsal) -> Iterator[Deployment | UnitDeployment]:
    """What the hub and the accounts of its shares need, in this order."""
    hub, region = rehearsal.account("hub"), rehearsal.ground.region
    every = {"HubAccountId": hub}
    for account in (hub, rehearsal.account("data-science")):
        yield Deployment(product="project-roles", account=account, region=region, parameters=every)
    form = {"RepositoryFullName": REPOSITORY, "NotificationEmail": TEAM_MAIL}
    yield Deployment(product="catalog-hub", account=hub, region=region, parameters=form)
    yield UnitDeployment(
        product="catalog-spoke",
        alias="workloads",
        unit=rehearsal.unit("multi-account-deployment"),
        regions=(region,),
        parameters=every,
    )


def brings_up_the_hub(rehearsal: Rehearsal, platform: Person) -> None:
    """One command; the first run finds a connection that nobody has completed."""
    rehearsal.host_repository(REPOSITORY)
    lead = rehearsal.contributor("platform", REPOSITORY)
    lead.writes("main", {**dict(tool()), "catalog.yaml": SETTINGS.encode()})
    lead.pushes("Begin a catalog")
    rehearsal.ground.lend_tools()
    rehearsal.bootstraps(*foundation(rehearsal))
    platform.confirms_subscription(TEAM_MAIL)
    platform.expects_run(PIPELINE, "Failed", number=1, because="not available")
    platform.completes_connection(PIPELINE)


def tidies_up_by_hand(rehearsal: Rehearsal) -> None:
    """Somebody deletes a role and empties another; doctor misses both, bootstrap mends them."""
    wanted = tuple(foundation(rehearsal))
    hub, member = rehearsal.account("hub"), rehearsal.account("data-science")
    never = f"role sagemaker-catalog-admin-launch in {hub}"  # no persona is part of this
    rehearsal.doctor_misses((never,), *wanted)
    there, here = rehearsal.administrator("data-science"), rehearsal.administrator("hub")
    look = {"RoleName": "sagemaker-catalog-reader", "PolicyName": "look"}
    there.does("empties the reader role", "iam", "delete_role_policy", **look)
    there.does("deletes it", "iam", "delete_role", RoleName=look["RoleName"])
    (policy, *_) = here.call("iam", "list_role_policies", RoleName=PLANNER)["PolicyNames"]
    emptied = {"RoleName": PLANNER, "PolicyName": policy}
    here.does("empties the planner's role", "iam", "delete_role_policy", **emptied)
    region = rehearsal.ground.region
    gone = (
        f"role {look['RoleName']} in {member}",
        f"stack set catalog-catalog-spoke in {member} {region}",
        f"stack catalog-catalog-hub in {hub} {region}",
    )
    rehearsal.doctor_misses((never, *gone), *wanted)
    rehearsal.bootstraps(*wanted)
    rehearsal.doctor_misses((never,), *wanted)


def looks_into_accounts(rehearsal: Rehearsal) -> None:
    """Planner and publisher may look into the accounts of the shares; other builds may not."""
    account = rehearsal.account("data-science")
    asked = {
        "RoleArn": f"arn:aws:iam::{account}:role/sagemaker-catalog-reader",
        "RoleSessionName": "look",
    }
    for name in ("planner", "publisher"):
        looking = rehearsal.person(name, "hub", f"sagemaker-catalog-{name}")
        looking.may("look into data-science", Call("sts", "assume_role", asked))
    build = rehearsal.person("build", "hub", f"{PIPELINE}-codebuild")
    build.may_not("look into data-science", "sts", "assume_role", **asked)


def adds_a_product(author: Contributor) -> str:
    """The author's pull request, checked, commented and merged; the commit that main has then."""
    author.writes("model-group", dict(product()))
    author.runs("docs", says="buildspecs/taskcat.yml")
    author.runs("check", says="1 product, no findings")
    author.pushes("Add a product for model groups")
    author.runs("review", "--base", "origin/main", says="model-group")
    return author.merges("model-group")


def is_told_of_an_exchange(rehearsal: Rehearsal, platform: Person) -> None:
    """Somebody exchanges the source after its review: nothing is published until it is back."""
    source = platform.artifact(PIPELINE, "Source")
    where = {"Bucket": source.bucket, "Key": source.key}
    platform.may_not("exchange the source", "s3", "put_object", **where, Body=b"other")
    intruder = rehearsal.administrator("hub")
    intruder.does(
        "takes the bucket's policy away", "s3", "delete_bucket_policy", Bucket=source.bucket
    )
    intruder.exchanges(source, "products/model-group/template.yaml.j2", "Retain", "Delete")
    platform.approves_deployment(PIPELINE, because="As reviewed.")
    platform.expects_run(PIPELINE, "Failed", number=2, patience=PATIENCE)
    platform.expects_log(PIPELINE, "The artifact Source is not what was reviewed.")
    platform.restores(source)


def is_published_from(platform: Person, commit: str) -> None:
    """The record of the release says from which commit it was made."""
    key = "releases/model-group/1.0.0.json"
    with platform.step("reads the record of the release"):
        record = platform.call("s3", "get_object", Bucket=BUCKET, Key=key)["Body"].read().decode()
        if commit not in record:
            raise Unexpected(f"a record that names {commit}", record)


def takes_principals_away(rehearsal: Rehearsal) -> None:
    """Somebody takes the scientists off the portfolio by hand."""
    somebody = rehearsal.administrator("hub")
    listed = somebody.call("servicecatalog", "list_portfolios")["PortfolioDetails"]
    (portfolio,) = [each["Id"] for each in listed if each["DisplayName"] == "Projects"]
    somebody.does(
        "takes the scientists off the portfolio by hand",
        "servicecatalog",
        "disassociate_principal_from_portfolio",
        PortfolioId=portfolio,
        PrincipalARN=SCIENTISTS,
        PrincipalType="IAM_PATTERN",
    )


def rehearse_pull_request_to_studio(rehearsal: Rehearsal) -> None:
    """By pull request into Studio; what is exchanged on the way, or changed by hand, is noticed."""
    platform = rehearsal.person("platform", "hub", "platform-engineer")
    scientist = rehearsal.person("scientist", "data-science", "sagemaker-data-scientist-iris")
    brings_up_the_hub(rehearsal, platform)
    tidies_up_by_hand(rehearsal)
    looks_into_accounts(rehearsal)
    author = rehearsal.contributor("author", REPOSITORY)
    commit = adds_a_product(author)
    asks = f"Publish commit {commit} to prod?"
    platform.expects_question(PIPELINE, asks, number=2, patience=PATIENCE)
    platform.expects_mail(TEAM_MAIL, commit)
    is_told_of_an_exchange(rehearsal, platform)
    scientist.is_not_offered(TITLE)
    platform.retries(PIPELINE, "Publish")
    platform.expects_run(PIPELINE, number=2, patience=PATIENCE)
    scientist.finds(TITLE, "1.0.0")
    is_published_from(platform, commit)
    author.reads("catalog-state", "prod/us-east-1.json", says='"model-group"')
    platform.may_not(
        "write a release past the pipeline",
        "s3",
        "put_object",
        Bucket=BUCKET,
        Key="releases/model-group/1.1.0.json",
        Body=b"{}",
    )

    takes_principals_away(rehearsal)
    scientist.is_not_offered(TITLE)
    rehearsal.night_falls()
    platform.expects_run(NIGHTLY, "Failed", number=2, patience=PATIENCE)
    platform.expects_mail(TEAM_MAIL, "The catalog is not what its repository says")
    platform.does("starts the pipeline", "codepipeline", "start_pipeline_execution", name=PIPELINE)
    platform.expects_question(PIPELINE, "1 action: 1 created", number=3, patience=PATIENCE)
    platform.approves_deployment(PIPELINE, because="It belongs there.")
    platform.expects_run(PIPELINE, number=3, patience=PATIENCE)
    scientist.finds(TITLE, "1.0.0")
