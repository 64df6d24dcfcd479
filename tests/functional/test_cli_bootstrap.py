"""A target brought up and examined: each thing broken, told, and mended by the printed command."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from catalog import checking, cli
from catalog.aws import session as aws_session
from catalog.cli.running import MENDING
from catalog.embedded import STATE
from local_aws import server
from tests.benchmarks.checking import write_catalog
from tests.conftest import HUB, MANAGEMENT, MEMBER, OTHER, REGION, Running

LAUNCH = "benchmark-launch"
READER = "sagemaker-catalog-reader"
WORKLOADS, PRODUCTION = "ou-ab12-20000000", "ou-ab12-21000000"
STACK_SETS = "member.org.stacksets.cloudformation.amazonaws.com"
SERVICE_CATALOG = "servicecatalog.amazonaws.com"

_PRODUCT = """\
# yaml-language-server: $schema=../../scripts/catalog/schemas/product.schema.json
kind: foundation
version: 1.0.0
title: {title}
summary: A role.
owner: team
"""
_TEMPLATE = """\
AWSTemplateFormatVersion: "2010-09-09"
Description: A role.
{parameters}Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: {role}
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - {{Effect: Allow, Action: "sts:AssumeRole", Principal: {principal}}}
      Policies:
        - PolicyName: look
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: iam:GetRole
                Resource: !Sub arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role/*
"""
_HUB = """\
Metadata:
  AWS::CloudFormation::Interface:
    ParameterGroups:
      - Label: {default: Hub}
        Parameters: [Hub]
    ParameterLabels:
      Hub: {default: Hub}
Parameters:
  Hub:
    Type: String
    Description: Who looks.
    AllowedPattern: "^[0-9]{12}$"
    ConstraintDescription: Twelve digits.
"""
_SCENARIO = """\
# yaml-language-server: $schema=../../../scripts/catalog/schemas/scenario.schema.json
summary: As it is.
"""
_FOUNDATION = f"""\
    foundation:
      - {{product: launch, account: "{HUB}"}}
      - {{product: launch, ou: production, name: launch-there}}
      - {{product: watch, ou: workloads, parameters: {{Hub: "{HUB}"}}}}
"""

_LOCAL = f"""\
  local:
    embedded: true
    account: "{HUB}"
    regions: [{REGION}]
    ous: {{workloads: {WORKLOADS}, production: {PRODUCTION}}}
    organization:
      id: o-exampleorg1
      management: "{MANAGEMENT}"
      units:
        - {{name: shared, id: ou-ab12-10000000, accounts: {{hub: "{HUB}"}}}}
        - name: workloads
          id: {WORKLOADS}
          accounts: {{data-science: "{MEMBER}"}}
          units:
            - {{name: production, id: {PRODUCTION}, accounts: {{production: "{OTHER}"}}}}
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalog of one project, shared, and the roles it needs; linted once."""
    root = tmp_path_factory.mktemp("bootstrap")
    write_catalog(root, 1)
    products = {
        "launch": (LAUNCH, "{Service: servicecatalog.amazonaws.com}", "", ""),
        "watch": (
            READER,
            '{AWS: !Sub "arn:${AWS::Partition}:iam::${Hub}:root"}',
            _HUB,
            f'parameters: {{Hub: "{HUB}"}}\n',
        ),
    }
    for name, (role, principal, parameters, values) in products.items():
        folder = root / "products" / name
        (folder / "scenarios").mkdir(parents=True)
        (folder / "product.yaml").write_text(_PRODUCT.format(title=name.title()))
        (folder / "template.yaml.j2").write_text(
            _TEMPLATE.format(role=role, principal=principal, parameters=parameters)
        )
        (folder / "scenarios/default.yaml").write_text(_SCENARIO + values)
        (folder / "CHANGELOG.md").write_text("# Changelog\n\n## 1.0.0 - 2026-11-26\n\nFirst.\n")
    settings = root / "catalog.yaml"
    text = settings.read_text().replace("111122223333", HUB)
    units = f"{{workloads: {WORKLOADS}, production: {PRODUCTION}}}"
    settings.write_text(text.replace("{workloads: ou-ab12-11111111}", units) + _FOUNDATION)
    checking.check(root)
    return root


@dataclass(frozen=True)
class Shell:
    """Somebody at the catalog with the hub's credentials."""

    root: Path
    running: Running
    run: Callable[..., tuple[int, str]]
    sign_in: Callable[..., None]

    def bootstrap(self, *more: str) -> str:
        code, said = self.run("bootstrap", "--target", "prod", "--yes", *more)
        assert code == 0, said
        return said

    def doctor(self) -> dict[str, dict[str, str]]:
        """What is not well, by subject."""
        code, said = self.run("doctor", "--target", "prod", "--json")
        assert "[" in said, said
        found = json.loads(said[said.index("[") :])
        assert code == int(any(each["standing"] == "✗" for each in found)), said
        return {each["subject"]: each for each in found if each["standing"] != "✓"}

    def mend(self, verdict: dict[str, str]) -> str:
        """Do what doctor says, where it says; what the command answers."""
        words = shlex.split(verdict["command"])
        if words[:2] == ["make", "bootstrap"]:
            assert words[2:] == ["TARGET=prod"]
            return self.bootstrap()
        assert words[0] == "aws"
        ran = subprocess.run(
            [Path(sys.executable).parent / "aws", *words[1:]],
            env={**os.environ, **self.running.environment(verdict["account"] or HUB)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    def edit(self, old: str, new: str) -> None:
        path = self.root / "catalog.yaml"
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))


@pytest.fixture
def shell(
    root: Path, running: Running, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> Iterator[Shell]:
    settings = (root / "catalog.yaml").read_text()
    monkeypatch.chdir(root)
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(root / "none"))

    def sign_in(role: str = "OrganizationAccountAccessRole") -> None:
        for name, value in running.environment(HUB, role).items():
            monkeypatch.setenv(name, value)
        aws_session._boto.cache_clear()

    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["catalog", *arguments])
        code: Any = 0
        try:
            cli.main()
        except SystemExit as ended:
            code = ended.code or 0
        said = capsys.readouterr()
        text = said.out + said.err
        assert "Traceback" not in text
        assert "defect of the tool" not in text
        return code, text

    sign_in()
    yield Shell(root, running, run, sign_in)
    (root / "catalog.yaml").write_text(settings)
    aws_session._boto.cache_clear()


def test_a_target_is_brought_up_shown_first_and_then_left_alone(shell: Shell) -> None:
    code, shown = shell.run("bootstrap", "--target", "prod", "--dry-run")
    assert code == 0
    assert "secure bucket sagemaker-catalog-444455556666-us-east-1: it does not exist" in shown
    assert "create stack catalog-launch in 444455556666 us-east-1: launch 1.0.0" in shown
    assert "+ adds Role (AWS::IAM::Role)" in shown
    assert "create stack set catalog-watch in OU workloads, us-east-1: watch 1.0.0" in shown
    assert shown.endswith("Nothing was changed.\n")
    assert shell.running.client("cloudformation").describe_stacks()["Stacks"] == []

    code, refused = shell.run("bootstrap", "--target", "prod")
    assert code == 2
    assert "Nobody is here to confirm this." in refused

    said = shell.bootstrap()
    assert "stack catalog-launch in 444455556666 us-east-1: created" in said
    for account in (MEMBER, OTHER):
        shell.running.client("iam", account).get_role(RoleName=READER)
    assert shell.bootstrap().endswith("Nothing to do: 3 deployments as wanted.\n")


def test_a_change_is_told_with_what_it_replaces(shell: Shell) -> None:
    shell.bootstrap()
    template = shell.root / "products/launch/template.yaml.j2"
    before = template.read_text()
    template.write_text(
        before.replace(f"RoleName: {LAUNCH}", f"RoleName: {LAUNCH}\n      Path: /team/")
    )
    code, shown = shell.run("bootstrap", "--target", "prod", "--dry-run")
    template.write_text(before)
    assert code == 0, shown
    assert "update stack catalog-launch in 444455556666 us-east-1" in shown
    assert "! replaces Role (AWS::IAM::Role): Path; the old one is deleted" in shown
    assert "update stack set catalog-launch-there in OU production, us-east-1" in shown


def test_what_was_changed_by_hand_is_shown_and_put_back(shell: Shell) -> None:
    shell.bootstrap()
    hub = shell.running.client("iam")
    _empty(LAUNCH, HUB)(shell)
    _delete(READER, MEMBER)(shell)
    code, shown = shell.run("bootstrap", "--target", "prod", "--dry-run")
    assert code == 0
    assert shown.splitlines()[-7:] == [
        f"update stack catalog-launch in {HUB} us-east-1: launch 1.0.0",
        "  Role (AWS::IAM::Role) was changed by hand: Policies gone",
        "  ~ changes Role (AWS::IAM::Role): Policies",
        "update stack set catalog-watch in OU workloads, us-east-1: watch 1.0.0",
        f"  in {MEMBER} us-east-1: Role (AWS::IAM::Role) was deleted by hand",
        f"  in {MEMBER} us-east-1: its account cannot be entered, "
        "so its set deletes the stack and makes it again",
        "Nothing was changed.",
    ]
    assert hub.list_role_policies(RoleName=LAUNCH)["PolicyNames"] == []
    shell.bootstrap()
    assert hub.list_role_policies(RoleName=LAUNCH)["PolicyNames"] == ["look"]
    member = shell.running.client("iam", MEMBER)
    assert member.list_role_policies(RoleName=READER)["PolicyNames"] == ["look"]
    assert shell.bootstrap().endswith("Nothing to do: 3 deployments as wanted.\n")


def test_what_stops_every_deployment_is_told_before_anything_is_made(shell: Shell) -> None:
    shell.running.client("organizations", MANAGEMENT).disable_aws_service_access(
        ServicePrincipal=STACK_SETS
    )
    code, said = shell.run("bootstrap", "--target", "prod", "--yes")
    assert code == 1
    assert "✗ trusted access of CloudFormation StackSets" in said
    assert f"in account {MANAGEMENT}: aws cloudformation activate-organizations-access" in said
    assert "1 thing must be mended first; see above." in said
    assert shell.running.client("cloudformation").describe_stacks()["Stacks"] == []


@pytest.fixture
def well(shell: Shell) -> Shell:
    """The target, brought up; doctor finds that only one account lacks a launch role."""
    shell.bootstrap()
    return shell


def test_without_an_entry_for_it_an_account_where_people_launch_lacks_its_role(
    well: Shell,
) -> None:
    subject = f"role {LAUNCH} in {MEMBER}"
    found = well.doctor()
    assert set(found) == {subject}
    assert found[subject]["why"] == (
        "launches there fail; add a product that makes it (launch) for this account to "
        "targets.prod.foundation in catalog.yaml, then"
    )
    well.edit("ou: production, name: launch-there", "ou: workloads, name: launch-there")
    well.mend(found[subject])
    assert well.doctor() == {}


def _untrust(service: str) -> Callable[[Shell], object]:
    return lambda shell: shell.running.client(
        "organizations", MANAGEMENT
    ).disable_aws_service_access(ServicePrincipal=service)


def _depose(service: str) -> Callable[[Shell], object]:
    return lambda shell: shell.running.client(
        "organizations", MANAGEMENT
    ).deregister_delegated_administrator(AccountId=HUB, ServicePrincipal=service)


def _bucket(operation: str, **request: object) -> Callable[[Shell], object]:
    return lambda shell: getattr(shell.running.client("s3"), operation)(
        Bucket=f"sagemaker-catalog-{HUB}-{REGION}", **request
    )


def _empty(role: str, account: str) -> Callable[[Shell], object]:
    return lambda shell: shell.running.client("iam", account).delete_role_policy(
        RoleName=role, PolicyName="look"
    )


def _delete(role: str, account: str) -> Callable[[Shell], object]:
    def delete(shell: Shell) -> None:
        _empty(role, account)(shell)
        shell.running.client("iam", account).delete_role(RoleName=role)

    return delete


def _withdraw(shell: Shell) -> None:
    shell.running.client("cloudformation").delete_stack_instances(
        StackSetName="catalog-watch",
        CallAs="DELEGATED_ADMIN",
        DeploymentTargets={"OrganizationalUnitIds": [WORKLOADS]},
        Regions=[REGION],
        RetainStacks=False,
    )


EXPIRING = {"ID": "old", "Status": "Enabled", "Filter": {}, "Expiration": {"Days": 30}}
ABORTING = {
    "ID": "uploads",
    "Status": "Enabled",
    "Filter": {},
    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
}
LIFECYCLE = f"lifecycle rules of bucket sagemaker-catalog-{HUB}-{REGION}"


def _rules(*rules: object) -> dict[str, object]:
    return {"LifecycleConfiguration": {"Rules": list(rules)}}


STACK = f"stack catalog-launch in {HUB} {REGION}"
IN_MEMBER = f"stack set catalog-watch in {MEMBER} {REGION}"
BROKEN: dict[str, tuple[Callable[[Shell], object], set[str]]] = {
    "organization access": (
        _untrust(SERVICE_CATALOG),
        {"organization access of Service Catalog"},
    ),
    "trusted access": (_untrust(STACK_SETS), {"trusted access of CloudFormation StackSets"}),
    "administrator of the catalog": (
        _depose(SERVICE_CATALOG),
        {"delegated administrator of Service Catalog"},
    ),
    "administrator of stack sets": (
        _depose(STACK_SETS),
        {
            "delegated administrator of CloudFormation StackSets",
            "stack set catalog-launch-there in OU workloads, us-east-1",
            "stack set catalog-watch in OU workloads, us-east-1",
        },
    ),
    "launch role": (
        lambda shell: shell.running.client("cloudformation").delete_stack(
            StackName="catalog-launch"
        ),
        {f"role {LAUNCH} in {HUB}", STACK},
    ),
    "launch role, by hand": (_delete(LAUNCH, HUB), {f"role {LAUNCH} in {HUB}", STACK}),
    "launch role emptied": (_empty(LAUNCH, HUB), {STACK}),
    "reader role, by hand": (_delete(READER, MEMBER), {f"roles in {MEMBER}", IN_MEMBER}),
    "reader role emptied": (_empty(READER, MEMBER), {IN_MEMBER}),
    "reader role": (_withdraw, {f"roles in {MEMBER}", f"roles in {OTHER}"}),
    "bucket policy": (
        _bucket("delete_bucket_policy"),
        {f"bucket sagemaker-catalog-{HUB}-{REGION}"},
    ),
    "versions": (
        _bucket("put_bucket_versioning", VersioningConfiguration={"Status": "Suspended"}),
        {f"bucket sagemaker-catalog-{HUB}-{REGION}"},
    ),
    "public access": (
        _bucket("delete_public_access_block"),
        {f"bucket sagemaker-catalog-{HUB}-{REGION}"},
    ),
    "lifecycle rule": (
        _bucket("put_bucket_lifecycle_configuration", **_rules(EXPIRING)),
        {LIFECYCLE},
    ),
    "lifecycle rule beside another": (
        _bucket("put_bucket_lifecycle_configuration", **_rules(EXPIRING, ABORTING)),
        {LIFECYCLE},
    ),
    "quota": (
        lambda shell: shell.edit(
            "    foundation:\n", "    quotas: {products: 400}\n    foundation:\n"
        ),
        {f"quota “Products” in {REGION}"},
    ),
}


def test_each_thing_broken_is_told_and_mended_by_the_printed_command(well: Shell) -> None:
    well.edit("ou: production, name: launch-there", "ou: workloads, name: launch-there")
    well.bootstrap()
    for what, (break_it, subjects) in BROKEN.items():
        break_it(well)
        found = well.doctor()
        assert set(found) == subjects, what
        commands = {each["command"]: each for each in found.values() if each["command"]}
        assert commands, what
        for command in commands.values():
            assert command["standing"] == ("?" if what == "reader role" else "✗"), what
            well.mend(command)
        assert well.doctor() == {}, what


def test_a_lifecycle_rule_that_deletes_is_told_by_bootstrap_and_stays(well: Shell) -> None:
    s3 = well.running.client("s3")
    bucket = f"sagemaker-catalog-{HUB}-{REGION}"
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, **_rules(ABORTING, EXPIRING))
    said = well.bootstrap()
    assert f"bucket {bucket}: lifecycle rule 'old' deletes what is published\n" in said
    assert "secured" not in said
    rules = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert [rule["ID"] for rule in rules] == ["uploads", "old"]
    found = well.doctor()[LIFECYCLE]
    assert found["why"] == "lifecycle rule 'old' deletes what is published"
    well.mend(found)
    (left,) = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert left["ID"] == "uploads"
    s3.delete_bucket_lifecycle(Bucket=bucket)


def test_a_unit_that_is_not_there_is_made_and_written_down(well: Shell) -> None:
    well.edit("production: ", "later: ou-ab12-99999999, production: ")
    found = well.doctor()["OU later"]
    made = json.loads(well.mend(found))["OrganizationalUnit"]["Id"]
    well.edit("ou-ab12-99999999", made)
    assert "OU later" not in well.doctor()


def test_a_region_that_is_off_is_turned_on(well: Shell) -> None:
    well.edit("[us-east-1]", "[us-east-1, af-south-1]")
    found = well.doctor()
    assert found["region af-south-1"]["why"] == "it is DISABLED in this account"
    well.mend(found["region af-south-1"])
    assert "region af-south-1" not in well.doctor()


def test_a_pending_connection_waits_for_a_person(well: Shell) -> None:
    made = well.running.client("codeconnections").create_connection(
        ConnectionName="git", ProviderType="GitHub"
    )
    assert "connection git in us-east-1" not in well.doctor()  # somebody else's, as far as we know
    template = well.root / "products/launch/template.yaml.j2"
    output = f"Outputs: {{ConnectionArn: {{Value: '{made['ConnectionArn']}'}}}}"
    stacks = well.running.client("cloudformation")
    body = f"{template.read_text()}\n{output}\n"
    stacks.update_stack(
        StackName="catalog-launch", TemplateBody=body, Capabilities=["CAPABILITY_NAMED_IAM"]
    )
    found = well.doctor()["connection git in us-east-1"]
    assert found["standing"] == "✗"
    assert found["command"] == (
        "open https://us-east-1.console.aws.amazon.com/codesuite/settings/connections"
    )
    well.running.ask("PUT", f"connections/{made['ConnectionArn'].rpartition('/')[2]}")
    assert "connection git in us-east-1" not in well.doctor()


def test_what_may_not_be_seen_names_the_permission(well: Shell) -> None:
    iam = well.running.client("iam")
    trust = {"Effect": "Allow", "Principal": {"AWS": MANAGEMENT}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam.create_role(RoleName="guest", AssumeRolePolicyDocument=document)
    well.sign_in("guest")
    well.running.ask("PUT", "iam", {"in_force": True})
    found = well.doctor()
    assert {each["standing"] for each in found.values()} == {"?"}
    lacking = {subject: each["why"] for subject, each in found.items()}
    assert lacking["organization access of Service Catalog"] == (
        "you lack servicecatalog:GetAWSOrganizationsAccessStatus"
    )
    assert lacking["trusted access of CloudFormation StackSets"] == (
        "you lack organizations:ListAWSServiceAccessForOrganization"
    )
    assert lacking["OU workloads"] == "you lack organizations:ListAccountsForParent"
    assert lacking["region us-east-1"] == "you lack account:GetRegionOptStatus"
    assert lacking["quotas in us-east-1"] == "you lack servicequotas:ListServiceQuotas"
    assert lacking["connections in us-east-1"] == "you lack cloudformation:DescribeStacks"
    assert lacking[f"roles in {HUB}"] == "you lack iam:GetRole"
    assert lacking[STACK] == "you lack cloudformation:DescribeStacks"
    assert "may not use it" in lacking[f"bucket sagemaker-catalog-{HUB}-{REGION}"]


def test_on_the_embedded_aws_a_verb_that_reads_says_that_it_puts_right(
    root: Path, tmp_path: Path
) -> None:
    copied = tmp_path / "catalog"
    shutil.copytree(root, copied)
    settings = copied / "catalog.yaml"
    settings.write_text(settings.read_text() + _LOCAL)
    command = [sys.executable, "-m", "catalog", "--root", str(copied), "verify"]

    def verified() -> list[str]:
        ran = subprocess.run(command, capture_output=True, text=True, check=True)
        findings = ("products/", "    ")
        return [line for line in ran.stdout.splitlines() if not line.startswith(findings)]

    try:
        begun = verified()
        wanted = f"    foundation: [{{product: launch, account: '{HUB}'}}]\n"
        settings.write_text(settings.read_text() + wanted)
        mended, same = verified(), verified()
    finally:
        server.down(copied / STATE)
    nothing = "Nothing is published."
    assert begun == ["Starting the embedded AWS …", nothing]
    assert mended == [MENDING, f"stack catalog-launch in {HUB} {REGION}: created", nothing]
    assert same == [nothing]
