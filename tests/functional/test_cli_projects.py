"""`catalog project …` with the caller's own credentials, as on a named target."""

from __future__ import annotations

import json
import subprocess
import sys

import boto3
import botocore.loaders
import botocore.session
import pytest

from catalog import cli
from catalog.aws import session as aws_session
from catalog.embedded import STATE
from local_aws import faults, identity, server, work

HUB, MEMBER, OTHER, REGION = "444455556666", "111111111111", "222222222222", "us-east-1"
SCIENTIST = "data-scientist-iris"
SETTINGS = f"""\
owners: {{}}
targets:
  prod: {{account: "{HUB}", regions: [{REGION}], access_role: OrganizationAccountAccessRole}}
"""
TEMPLATE = """\
Parameters:
  SageMakerProjectName: {Type: String, Default: none}
  SageMakerProjectId: {Type: String, Default: none}
  Accounts:
    Type: CommaDelimitedList
    AllowedPattern: "[0-9]{12}"
    ConstraintDescription: Account numbers of twelve digits.
  Role: {Type: String, Default: sagemaker-role-none}
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      BucketName: !Sub sagemaker-project-${SageMakerProjectId}
      VersioningConfiguration: {Status: Enabled}
      Tags: &tags
        - {Key: "sagemaker:project-name", Value: !Ref SageMakerProjectName}
        - {Key: "sagemaker:project-id", Value: !Ref SageMakerProjectId}
  Repository:
    Type: AWS::CodeCommit::Repository
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      RepositoryName: !Sub sagemaker-${SageMakerProjectName}-${SageMakerProjectId}
      Tags: *tags
  Group:
    Type: AWS::SageMaker::ModelPackageGroup
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      ModelPackageGroupName: !Ref SageMakerProjectName
      Tags: *tags
  Pipeline:
    Type: AWS::CodePipeline::Pipeline
    Properties:
      Name: !Sub sagemaker-${SageMakerProjectName}-${SageMakerProjectId}
      PipelineType: V2
      RoleArn: !Sub arn:aws:iam::${AWS::AccountId}:role/pipeline
      ArtifactStore: {Type: S3, Location: !Ref Bucket}
      Stages:
        - Name: Source
          Actions:
            - Name: Source
              ActionTypeId: {Category: Source, Owner: AWS, Provider: CodeCommit, Version: "1"}
              Configuration:
                RepositoryName: !GetAtt Repository.Name
                BranchName: main
                PollForSourceChanges: "false"
              OutputArtifacts: [{Name: Source}]
        - Name: Production
          Actions:
            - Name: Approve
              ActionTypeId: {Category: Approval, Owner: AWS, Provider: Manual, Version: "1"}
              Configuration: {CustomData: "Deploy #{codepipeline.PipelineExecutionId}?"}
      Tags: *tags
"""
TARGET_ROLE = "sagemaker-role-prod"
DEPLOYMENT = "Resources: {Topic: {Type: AWS::SNS::Topic}}"


LOADER = botocore.loaders.create_loader()
"""Reads each service's model once for all tests; sessions differ by who is signed in."""


@pytest.fixture
def catalog(world, tmp_path, monkeypatch, capsys):
    """Run the command line as the scientist, who has published products; code, out, err."""
    (tmp_path / "catalog.yaml").write_text(SETTINGS)
    for folder in ("products", "portfolios"):
        (tmp_path / folder).mkdir()
    visible = [{"Key": "sagemaker:studio-visibility", "Value": "true"}]
    portfolio = world.portfolio()
    made = world.hub.create_product(
        Name="Deployment",
        Owner="ML platform",
        ProductType="CLOUD_FORMATION_TEMPLATE",
        Tags=visible,
        ProvisioningArtifactParameters={
            "Name": "1.0.0",
            "Info": {"LoadTemplateFromURL": world.template(TEMPLATE)},
        },
    )
    product = made["ProductViewDetail"]["ProductViewSummary"]["ProductId"]
    world.hub.associate_product_with_portfolio(ProductId=product, PortfolioId=portfolio)
    world.hub.associate_principal_with_portfolio(
        PortfolioId=portfolio,
        PrincipalARN="arn:aws:iam:::role/data-scientist-*",
        PrincipalType="IAM_PATTERN",
    )
    world.share(portfolio, SharePrincipals=True)
    keys = identity.keys_for(f"arn:aws:iam::{MEMBER}:role/{SCIENTIST}")
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    for name, value in zip(names, keys, strict=True):
        monkeypatch.setenv(name, value)
    own = botocore.session.Session()
    own.register_component("data_loader", LOADER)
    signed_in = boto3.Session(botocore_session=own)
    monkeypatch.setattr(aws_session, "_boto", lambda: signed_in)

    def run(*arguments: str) -> tuple[int, str, str]:
        command = ["catalog", "--root", str(tmp_path), "project", *arguments, "--target", "prod"]
        monkeypatch.setattr("sys.argv", command)
        try:
            cli.main()
        except SystemExit as end:
            code = int(end.code or 0)
        else:
            code = 0
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture(autouse=True)
def target_role(world) -> None:
    """A role in the target account that people of the project's account may assume."""
    world.role(MEMBER, "pipeline", "codepipeline.amazonaws.com")
    principal = {"AWS": f"arn:aws:iam::{MEMBER}:root"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    iam = world.client("iam", OTHER)
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.create_role(RoleName=TARGET_ROLE, AssumeRolePolicyDocument=document)


@pytest.fixture
def iris(catalog) -> str:
    """A project; its id."""
    given = ("-p", f"Accounts={OTHER}", "-p", f"Role={TARGET_ROLE}")
    code, out, err = catalog("create", "Deployment", "iris", *given, "--json")
    assert code == 0, err
    return json.loads(out)["id"]


@pytest.fixture
def deployed(world, iris) -> str:
    """The project's deployment in a target account, as seed code makes it; the stack's name."""
    name = f"sagemaker-iris-{iris}-deploy-prod"
    tags = {"sagemaker:project-name": "iris", "sagemaker:project-id": iris}
    world.client("cloudformation", OTHER).create_stack(
        StackName=name,
        TemplateBody=DEPLOYMENT,
        Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
    )
    return name


def lives(world, stack: str) -> bool:
    stacks = world.client("cloudformation", OTHER).list_stacks()["StackSummaries"]
    return any(s["StackName"] == stack and s["StackStatus"] != "DELETE_COMPLETE" for s in stacks)


def test_a_project_is_created_and_seen(catalog):
    code, out, err = catalog("create", "Deployment", "iris", "-p", f"Accounts={OTHER}")
    assert code == 0, err
    assert "Project iris" in out
    assert "catalog project status iris" in out
    assert "iris" in catalog("list")[1]
    (listed,) = json.loads(catalog("list", "--json")[1])
    assert (listed["origin"]["product"], listed["origin"]["version"]) == ("Deployment", "1.0.0")


def test_wrong_answers_are_found_before_anything_is_made(catalog):
    code, _, err = catalog("create", "Deployment", "iris", "-p", "Accounts=12")
    assert code == 2
    assert "Account numbers of twelve digits." in err
    code, _, err = catalog("create", "Deploiment", "iris")
    assert code == 2
    assert "Deployment" in err
    assert json.loads(catalog("list", "--json")[1]) == []


PRODUCT = """\
kind: project
version: 1.0.0
title: Deployment
summary: Deploys.
owner: nobody
launch_role: deploy-launch
"""


@pytest.fixture
def shelved(world, catalog, tmp_path) -> None:
    """The product as a folder here, its template in the hub's bucket, its role in the account."""
    folder = tmp_path / "products/deployment"
    folder.mkdir()
    (folder / "product.yaml").write_text(PRODUCT)
    (folder / "template.yaml.j2").write_text(TEMPLATE)
    (folder / "CHANGELOG.md").write_text("# Changelog\n\n## 1.0.0 - 2026-11-20\n\nFirst.\n")
    world.role(MEMBER, "deploy-launch", "cloudformation.amazonaws.com")
    s3, bucket = world.client("s3"), f"sagemaker-catalog-{HUB}-{REGION}"
    s3.create_bucket(Bucket=bucket)
    s3.put_object(
        Bucket=bucket,
        Key="studio/deployment.yaml",
        Body=f"Description: deployment 1.0.0\n{TEMPLATE}".encode(),
        Tagging="sagemaker:studio-visibility=true",
    )


def test_a_project_from_s3_is_created_seen_and_removed(world, catalog, shelved):
    given = ("-p", f"Accounts={OTHER}", "-p", f"Role={TARGET_ROLE}", "--from", "s3")
    code, out, err = catalog("create", "Deployment", "iris", *given)
    assert code == 0, err
    assert "Project iris" in out
    project = world.client("sagemaker", MEMBER).describe_project(ProjectName="iris")
    (provider,) = project["TemplateProviderDetails"]
    detail = provider["CfnTemplateProviderDetail"]
    assert detail["RoleARN"] == f"arn:aws:iam::{MEMBER}:role/deploy-launch"
    code, out, err = catalog("status", "iris")
    assert code == 0, err
    assert "S3 template deployment 1.0.0" in out
    settle()
    code, out, err = catalog("cleanup", "iris", "--yes")
    assert code == 0, err
    assert json.loads(catalog("list", "--json")[1]) == []


def test_what_is_wrong_with_a_project_from_s3_is_told(world, catalog, shelved):
    code, _, err = catalog("create", "Deploiment", "iris", "--from", "s3")
    assert code == 2
    assert "deployment" in err
    code, _, err = catalog("create", "deployment", "iris", "--from", "s3", "-p", "Accounts=12")
    assert code == 2
    assert "Account numbers of twelve digits." in err
    world.client("iam", MEMBER).delete_role(RoleName="deploy-launch")
    given = ("-p", f"Accounts={OTHER}", "--from", "s3")
    code, _, err = catalog("create", "deployment", "iris", *given)
    assert code == 1
    assert "cannot be assumed" in err


def test_a_name_is_taken_once(catalog, iris):
    code, _, err = catalog("create", "Deployment", "iris", "-p", f"Accounts={OTHER}")
    assert code == 2
    assert "already" in err


def test_a_project_that_is_not_there_is_answered_with_the_nearest(catalog, iris):
    code, _, err = catalog("status", "irs")
    assert code == 2
    assert "iris" in err


def test_status_tells_version_models_and_what_is_newer(world, catalog, iris):
    (product,) = world.hub.search_products_as_admin()["ProductViewDetails"]
    world.version(product["ProductViewSummary"]["ProductId"], "1.1.0", TEMPLATE)
    code, out, err = catalog("status", "iris")
    assert code == 0, err
    for said in (iris, "Deployment 1.0.0", "newer: 1.1.0", "none registered"):
        assert said in out


def register(world) -> str:
    return world.client("sagemaker", MEMBER, SCIENTIST).create_model_package(
        ModelPackageGroupName="iris",
        ModelApprovalStatus="PendingManualApproval",
        InferenceSpecification={
            "Containers": [{"Image": f"{HUB}.dkr.ecr.{REGION}.amazonaws.com/xgboost:1.7-1"}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
    )["ModelPackageArn"]


def test_models_are_approved_and_rejected_with_a_reason(world, catalog, iris):
    code, _, err = catalog("approve-model", "iris", "--because", "Good.")
    assert code == 2
    assert "No model is registered" in err
    first, second = register(world), register(world)
    code, out, err = catalog("approve-model", "iris", "--because", "Good.")
    assert code == 0, err
    assert "Version 2 is approved: Good." in out
    catalog("approve-model", "iris", "--version", "1", "--reject", "--because", "Old.")
    sagemaker = world.client("sagemaker", MEMBER)
    found = [sagemaker.describe_model_package(ModelPackageName=arn) for arn in (first, second)]
    assert [one["ModelApprovalStatus"] for one in found] == ["Rejected", "Approved"]
    assert found[1]["ApprovalDescription"] == "Good."
    code, _, err = catalog("approve-model", "iris", "--version", "9", "--because", "?")
    assert code == 2
    assert "no version 9" in err


def settle() -> None:
    work.until(lambda: not work.under_way())
    assert work.failures() == ()


@pytest.fixture
def asked(world, catalog, iris) -> str:
    """The pipeline waits for approval; the pipeline's name."""
    settle()
    name = f"sagemaker-iris-{iris}"
    world.client("codecommit", MEMBER).put_file(
        repositoryName=name, branchName="main", filePath="a", fileContent=b"a"
    )
    world.client("codepipeline", MEMBER).start_pipeline_execution(name=name)

    def asks() -> bool:
        (pipeline,) = json.loads(catalog("status", "iris", "--json")[1])["pipelines"]
        return any(a["token"] for stage in pipeline["stages"] for a in stage["actions"])

    work.until(asks)
    return name


def test_status_says_why_a_stage_failed(catalog, iris):
    settle()
    code, out, err = catalog("status", "iris")
    assert code == 0, err
    assert "Source  Failed" in out
    assert "main" in out.partition("Source  Failed")[2]


@pytest.mark.parametrize(("more", "ends"), [((), "Succeeded"), (("--reject",), "Failed")])
def test_a_deployment_is_approved_or_rejected(world, catalog, asked, more, ends):
    assert "waits for an answer: Deploy " in catalog("status", "iris")[1]
    code, _, err = catalog("approve-deployment", "iris", "--because", "Tested.", *more)
    assert code == 2
    assert "--yes" in err
    code, out, err = catalog("approve-deployment", "iris", "--because", "Ok", *more, "--yes")
    assert code == 0, err
    assert out.startswith(f"{asked}, stage Production: Deploy ")
    settle()
    (run, *_) = world.client("codepipeline", MEMBER).list_pipeline_executions(pipelineName=asked)[
        "pipelineExecutionSummaries"
    ]
    assert run["status"] == ends
    code, _, err = catalog("approve-deployment", "iris", "--because", "Again.", "--yes")
    assert code == 2
    assert "asks for nothing" in err


def test_cleanup_stops_a_run_that_waits_before_anything_else(world, catalog, asked):
    code, out, err = catalog("cleanup", "iris", "--yes", "--json")
    assert code == 0, err
    assert [one["kind"] for one in json.loads(out)["removals"]] == ["run", "project"]
    assert world.client("codepipeline", MEMBER).list_pipelines()["pipelines"] == []


UNIT = "ou-ab12-21000000"


def test_cleanup_removes_stack_sets_with_their_instances(world, catalog, iris):
    name = f"sagemaker-iris-{iris}-deploy-prod"
    organizations = world.client("organizations", "777788889999")
    organizations.register_delegated_administrator(
        AccountId=MEMBER, ServicePrincipal="member.org.stacksets.cloudformation.amazonaws.com"
    )
    cloudformation = world.client("cloudformation", MEMBER)
    set_ = {"StackSetName": name, "CallAs": "DELEGATED_ADMIN"}
    cloudformation.create_stack_set(
        **set_,
        TemplateBody=DEPLOYMENT,
        PermissionModel="SERVICE_MANAGED",
        AutoDeployment={"Enabled": True, "RetainStacksOnAccountRemoval": False},
    )
    cloudformation.create_stack_instances(
        **set_, DeploymentTargets={"OrganizationalUnitIds": [UNIT]}, Regions=[REGION]
    )
    settle()
    stacks = world.client("cloudformation", OTHER)
    assert stacks.describe_stacks()["Stacks"]
    code, out, err = catalog("cleanup", "iris", "--yes")
    assert code == 0, err
    assert out.index("stack set") < out.index("delete project")
    assert stacks.describe_stacks()["Stacks"] == []
    left = cloudformation.list_stack_sets(Status="ACTIVE", CallAs="DELEGATED_ADMIN")
    assert left["Summaries"] == []


def test_cleanup_shows_what_it_would_do_and_does_nothing(world, catalog, deployed):
    settle()
    code, out, err = catalog("cleanup", "iris", "--dry-run", "--json")
    assert code == 0, err
    told = json.loads(out)
    assert [one["kind"] for one in told["removals"]] == ["stack", "project"]
    assert told["removals"][0]["account"] == OTHER
    assert lives(world, deployed)


def test_cleanup_asks_before_it_removes(world, catalog, deployed, monkeypatch):
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    code, _, err = catalog("cleanup", "iris")
    assert code == 2
    assert "--yes" in err
    assert lives(world, deployed)


def test_cleanup_removes_deployments_then_the_project_and_keeps_the_rest(world, catalog, deployed):
    code, out, err = catalog("cleanup", "iris", "--yes")
    assert code == 0, err
    assert out.index(deployed) < out.index("delete project")
    assert not lives(world, deployed)
    for kept in ("sagemaker-project-p-", "sagemaker-iris-p-"):
        assert kept in out.partition("stays")[2]
    assert json.loads(catalog("list", "--json")[1]) == []


def test_cleanup_leaves_a_project_alone_that_may_run_out_of_sight(world, catalog, deployed):
    world.client("iam", OTHER).delete_role(RoleName=TARGET_ROLE)
    code, out, err = catalog("cleanup", "iris", "--yes")
    assert code == 1
    assert f"not seen: account {OTHER}" in out
    assert "--through" in err
    assert lives(world, deployed)
    assert json.loads(catalog("list", "--json")[1])
    code, _, err = catalog("cleanup", "iris", "--yes", "--leave-unseen")
    assert code == 0, err
    assert lives(world, deployed)
    assert json.loads(catalog("list", "--json")[1]) == []


KILLED_AFTER = (
    "cloudformation:DeleteStack",
    "sagemaker:DeleteProject",
    "s3:DeleteObjects",
    "codecommit:DeleteRepository",
    "sagemaker:DeleteModelPackageGroup",
)


@pytest.mark.parametrize("call", KILLED_AFTER)
def test_cleanup_goes_on_where_it_was_interrupted(world, catalog, iris, deployed, call):
    world.client("s3", MEMBER).put_object(
        Bucket=f"sagemaker-project-{iris}", Key="model", Body=b"1"
    )
    faults.set(faults.Faults(fail=(faults.Fault(operation=call, error="AccessDenied"),)))
    command = ("cleanup", "iris", "--yes", "--retained")
    code, _, err = catalog(*command)
    assert code == 1
    assert "AccessDenied" in err
    assert "Traceback" not in err
    code, _, err = catalog(*command)
    assert code == 0, err
    assert not lives(world, deployed)
    assert json.loads(catalog("list", "--json")[1]) == []
    assert world.client("codecommit", MEMBER).list_repositories()["repositories"] == []
    assert iris not in str(world.client("s3", MEMBER).list_buckets()["Buckets"])


def test_cleanup_again_removes_what_was_left_behind(world, catalog, iris):
    register(world)
    s3 = world.client("s3", MEMBER)
    for body in (b"1", b"2"):
        s3.put_object(Bucket=f"sagemaker-project-{iris}", Key="model", Body=body)
    assert catalog("cleanup", "iris", "--yes")[0] == 0
    code, _, err = catalog("cleanup", "iris", "--yes", "--retained")
    assert code == 0, err
    assert [b["Name"] for b in s3.list_buckets()["Buckets"] if iris in b["Name"]] == []
    assert world.client("codecommit", MEMBER).list_repositories()["repositories"] == []
    groups = world.client("sagemaker", MEMBER).list_model_package_groups()
    assert groups["ModelPackageGroupSummaryList"] == []
    code, _, err = catalog("cleanup", "iris", "--yes")
    assert code == 2
    assert "nothing of a project 'iris'" in err


EMBEDDED = f"""\
owners: {{}}
targets:
  local:
    embedded: true
    account: "{HUB}"
    regions: [{REGION}]
    organization:
      id: o-exampleorg1
      management: "777788889999"
      units:
        - {{name: shared, id: ou-ab12-10000000, accounts: {{hub: "{HUB}"}}}}
        - {{name: workloads, id: ou-ab12-20000000, accounts: {{data-science: "{MEMBER}"}}}}
      people: {{data-science: [{SCIENTIST}]}}
"""


def test_the_embedded_aws_is_the_default_and_its_scientist_acts(tmp_path):
    (tmp_path / "catalog.yaml").write_text(EMBEDDED)
    for folder in ("products", "portfolios"):
        (tmp_path / folder).mkdir()
    command = [sys.executable, "-m", "catalog", "--root", str(tmp_path), "project"]
    try:
        listed = subprocess.run([*command, "list"], capture_output=True, text=True)
        refused = subprocess.run([*command, "create", "x", "iris"], capture_output=True, text=True)
    finally:
        server.down(tmp_path / STATE)
    assert f"There is no project in account {MEMBER}." in listed.stdout, listed.stderr
    assert refused.returncode == 2
    assert "There is none at all" in refused.stderr
