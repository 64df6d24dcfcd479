"""The multi-account project: its pipeline, what starts it, and how it fits its seed code."""

import importlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from moto.events.models import EventPattern

NAME = "multi-account-deployment"
SEED = Path(__file__).parents[2] / "seed_code/model-deploy"


@pytest.fixture(scope="module")
def resources(template) -> Mapping[str, Any]:
    found: Mapping[str, Any] = template(NAME)["Resources"]
    return found


@pytest.fixture(scope="module")
def stages(resources) -> Mapping[str, Mapping[str, Any]]:
    return {stage["Name"]: stage for stage in resources["Pipeline"]["Properties"]["Stages"]}


def actions(stage: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return sorted(stage["Actions"], key=lambda action: action.get("RunOrder", 1))


def test_the_stages_and_their_actions_come_in_order(stages):
    assert list(stages) == ["Source", "Build", "DeployStaging", "DeployProd"]
    assert [action["Name"] for action in actions(stages["DeployStaging"])] == [
        "DeployResourcesStaging",
        "TestStaging",
        "ApproveDeployment",
    ]
    assert len({action["RunOrder"] for action in actions(stages["DeployStaging"])}) == 3
    assert [action["Name"] for action in actions(stages["DeployProd"])] == ["DeployResourcesProd"]


def test_artifacts_are_made_before_they_are_read(stages):
    made: set[str] = set()
    for name, stage in stages.items():
        found = stage["Actions"][0]["Fn::If"][1:] if name == "Source" else actions(stage)
        for action in found:
            assert {each["Name"] for each in action.get("InputArtifacts", [])} <= made
        made |= {each["Name"] for action in found for each in action.get("OutputArtifacts", [])}
    assert made == {"Source", "Deployment", "TestResults"}


def test_nothing_approved_skips_both_deployments_by_a_variable_the_build_exports(stages):
    build = actions(stages["Build"])[0]
    exported = buildspec("build")["env"]["exported-variables"]
    for name in ("DeployStaging", "DeployProd"):
        (condition,) = stages[name]["BeforeEntry"]["Conditions"]
        assert condition["Result"] == "SKIP"
        (rule,) = condition["Rules"]
        assert rule["RuleTypeId"]["Provider"] == "VariableCheck"
        variable = re.fullmatch(r"#\{(\w+)\.(\w+)\}", rule["Configuration"]["Variable"])
        assert variable
        assert variable[1] == build["Namespace"]
        assert variable[2] in exported
        assert (rule["Configuration"]["Operator"], rule["Configuration"]["Value"]) == ("NE", "none")


def test_what_skips_is_what_the_build_writes(stages, monkeypatch):
    monkeypatch.syspath_prepend(str(SEED))
    written = importlib.import_module("model_deployment.build").NONE
    (condition,) = stages["DeployStaging"]["BeforeEntry"]["Conditions"]
    assert condition["Rules"][0]["Configuration"]["Value"] == written


def buildspec(step: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = yaml.safe_load((SEED / "buildspecs" / f"{step}.yml").read_text())
    return found


@pytest.mark.parametrize("step", ["Build", "Deploy", "Test"])
def test_each_build_runs_a_buildspec_that_the_seed_code_has(resources, step):
    source = resources[f"{step}Project"]["Properties"]["Source"]
    assert buildspec(step.lower())["version"] == 0.2
    assert source["BuildSpec"] == f"buildspecs/{step.lower()}.yml"


def test_the_build_gets_the_variables_that_the_seed_code_reads(resources):
    given = {
        each["Name"]
        for each in resources["BuildProject"]["Properties"]["Environment"]["EnvironmentVariables"]
    }
    code = (SEED / "model_deployment/project.py").read_text()
    read = set(re.findall(r'environment\["(\w+)"\]', code))
    read |= {
        f"{stage}_{name}"
        for stage in ("STAGING", "PROD")
        for name in re.findall(r'environment\[f"\{prefix\}_(\w+)"\]', code)
    }
    assert given == read


def test_later_builds_are_told_their_stage(stages):
    told = {
        action["Name"]: json.loads(action["Configuration"]["EnvironmentVariables"])
        for stage in stages.values()
        for action in stage["Actions"]
        if "EnvironmentVariables" in action.get("Configuration", {})
    }
    assert {name: [(e["name"], e["value"]) for e in each] for name, each in told.items()} == {
        "DeployResourcesStaging": [("STAGE", "staging")],
        "TestStaging": [("STAGE", "staging")],
        "DeployResourcesProd": [("STAGE", "prod")],
    }
    for step in ("deploy", "test"):
        assert any('"$STAGE"' in each for each in buildspec(step)["phases"]["build"]["commands"])


def verdict(group: str, status: str) -> dict[str, Any]:
    return {
        "version": "0",
        "id": "00000000-0000-0000-0000-000000000001",
        "detail-type": "SageMaker Model Package State Change",
        "source": "aws.sagemaker",
        "account": "111111111111",
        "time": "2026-11-20T00:00:00Z",
        "region": "us-east-1",
        "resources": [f"arn:aws:sagemaker:us-east-1:111111111111:model-package/{group}/1"],
        "detail": {"ModelPackageGroupName": group, "ModelApprovalStatus": status},
    }


@pytest.mark.parametrize(
    ("group", "status", "starts"),
    [
        ("iris", "Approved", True),
        ("iris", "Rejected", True),
        ("iris", "PendingManualApproval", False),
        ("iris-2", "Approved", False),
    ],
)
def test_a_verdict_on_a_model_of_this_project_starts_the_pipeline(resources, group, status, starts):
    text = json.dumps(resources["ModelVerdictRule"]["Properties"]["EventPattern"])
    pattern = EventPattern.load(text.replace('{"Ref": "SageMakerProjectName"}', '"iris"'))
    assert pattern.matches_event(verdict(group, status)) is starts


def test_rules_start_the_pipeline_as_the_events_role(resources):
    for name in ("ModelVerdictRule", "PushRule"):
        (target,) = resources[name]["Properties"]["Targets"]
        assert target["Arn"]["Fn::Sub"].endswith(":${Pipeline}")
        assert target["RoleArn"]["Fn::Sub"].endswith("role/sagemaker-catalog-events")


def test_target_accounts_may_use_models_but_not_change_them(resources):
    properties = resources["ModelPackageGroup"]["Properties"]
    assert properties["ModelPackageGroupName"] == {"Ref": "SageMakerProjectName"}
    condition, policy, otherwise = properties["ModelPackageGroupPolicy"]["Fn::If"]
    assert condition == "DeploysToAccounts"
    assert otherwise == {"Ref": "AWS::NoValue"}
    granted = {each["Sid"]: each["Action"] for each in policy["Statement"]}
    assert granted == {
        "TargetAccountsSeeGroup": "sagemaker:DescribeModelPackageGroup",
        "TargetAccountsUseModels": [
            "sagemaker:CreateModel",
            "sagemaker:DescribeModelPackage",
            "sagemaker:ListModelPackages",
        ],
    }


def test_people_are_asked_and_told_through_one_topic(resources, stages):
    approval = actions(stages["DeployStaging"])[2]
    assert approval["ActionTypeId"]["Category"] == "Approval"
    assert approval["Configuration"]["NotificationArn"] == {"Ref": "Topic"}
    assert "#{Build.MODEL}" in approval["Configuration"]["CustomData"]
    (target,) = resources["PipelineEventsRule"]["Properties"]["Targets"]
    assert target["Arn"] == {"Ref": "Topic"}
    allowed = resources["TopicPolicy"]["Properties"]["PolicyDocument"]["Statement"][0]
    assert allowed["Principal"] == {"Service": "events.amazonaws.com"}


@pytest.mark.parametrize(
    ("name", "fits"),
    [("iris-multi-01", True), ("a" * 15, True), ("a" * 16, False), ("iris-", False), ("", False)],
)
def test_project_names_have_fifteen_characters_at_most(template, name, fits):
    parameter = template(NAME)["Parameters"]["SageMakerProjectName"]
    assert bool(re.fullmatch(parameter["AllowedPattern"], name)) is fits
    assert parameter["MaxLength"] == 15


def test_names_fit_their_services_for_the_longest_project(resources):
    limits = {
        "AWS::CodeCommit::Repository": ("RepositoryName", 100),
        "AWS::CodePipeline::Pipeline": ("Name", 100),
        "AWS::Events::Rule": ("Name", 64),
        "AWS::Lambda::Function": ("FunctionName", 64),
        "AWS::S3::Bucket": ("BucketName", 63),
        "AWS::SageMaker::CodeRepository": ("CodeRepositoryName", 63),
    }
    met = set()
    for body in resources.values():
        if body["Type"] in limits:
            key, limit = limits[body["Type"]]
            name = body["Properties"][key]["Fn::Sub"]
            name = name.replace("${SageMakerProjectName}", "n" * 15)
            assert len(name.replace("${SageMakerProjectId}", "i" * 20)) <= limit
            met.add(body["Type"])
    assert met == set(limits)


def test_the_repository_is_seeded_by_the_release_bundle(resources):
    code = resources["Repository"]["Properties"]["Code"]
    assert code["S3"]["Key"] == "bundles/seed/deploy.zip"
    assert code["S3"]["Bucket"] == {"Fn::FindInMap": ["Catalog", {"Ref": "AWS::Region"}, "Bucket"]}
    location = resources["SeedCheckinProject"]["Properties"]["Source"]["Location"]["Fn::Sub"]
    assert location[0] == "${Bucket}/bundles/seed/deploy.zip"


def test_the_form_of_the_first_template_still_fits(template):
    """Parameter names of the public original, so that its users find their way."""
    assert {
        "SageMakerExecutionRoleStagingName",
        "SageMakerExecutionRoleProdName",
        "OrganizationalUnitStagingId",
        "OrganizationalUnitProdId",
    } <= set(template(NAME)["Parameters"])


def test_the_dangerous_mode_is_opt_in_and_says_so(template):
    mode = template(NAME)["Parameters"]["DeploymentMode"]
    assert mode["Default"] == "Accounts"
    assert "WARNING" in mode["Description"]
