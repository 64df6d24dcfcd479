"""Which model is deployed, and what the build leaves behind."""

import json
import shutil
from pathlib import Path

import boto3
import pytest
from model_deployment import build, deployment, failure, project, registry
from moto import mock_aws

ROOT = Path(__file__).parents[1]
ENVIRONMENT = {
    "PROJECT_NAME": "iris-multi-01",
    "PROJECT_ID": "p-a1b2c3d4e5f6",
    "MODEL_GROUP": "iris-models",
    "STAGES": "staging,prod",
    "DEPLOYMENT_MODE": "Accounts",
    "STAGING_ACCOUNTS": "333333333333",
    "PROD_ACCOUNTS": "222222222222, 444455556666",
    "STAGING_UNIT": "",
    "PROD_UNIT": "",
    "STAGING_ROLE": "sagemaker-role-staging",
    "PROD_ROLE": "sagemaker-role-prod",
}
GROUP = ENVIRONMENT["MODEL_GROUP"]


@pytest.fixture
def session(monkeypatch, tmp_path):
    shutil.copy(ROOT / "endpoint.yaml", tmp_path)
    shutil.copytree(ROOT / "config", tmp_path / "config")
    monkeypatch.chdir(tmp_path)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        session = boto3.Session(region_name="us-east-1")
        session.client("sagemaker").create_model_package_group(ModelPackageGroupName=GROUP)
        yield session


def register(session, status):
    return session.client("sagemaker").create_model_package(
        ModelPackageGroupName=GROUP,
        ModelApprovalStatus=status,
        InferenceSpecification={
            "Containers": [{"Image": "image", "ModelDataUrl": "s3://bucket/model.tar.gz"}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
    )["ModelPackageArn"]


def judge(session, package, status):
    session.client("sagemaker").update_model_package(
        ModelPackageArn=package, ModelApprovalStatus=status
    )


def built(session):
    build.build(session, project.from_environment(ENVIRONMENT))
    return deployment.read("staging"), deployment.read("prod")


def test_nothing_approved_is_nothing_to_do(session):
    register(session, "PendingManualApproval")
    staging, prod = built(session)
    assert staging.idle
    assert prod.idle
    assert staging.parameters == {}
    assert Path("deployment/MODEL").read_text() == build.NONE


def test_the_newest_approved_model_wins_not_the_first(session):
    register(session, "Approved")
    newest = register(session, "Approved")
    register(session, "PendingManualApproval")
    staging, prod = built(session)
    assert staging.parameters["ModelPackageArn"] == newest
    assert prod.parameters["ModelPackageArn"] == newest
    assert Path("deployment/MODEL").read_text() == "2"


def test_a_rejection_brings_the_approved_predecessor_back(session):
    first = register(session, "Approved")
    second = register(session, "Approved")
    judge(session, second, "Rejected")
    staging, _ = built(session)
    assert staging.parameters["ModelPackageArn"] == first


def test_a_version_that_failed_is_passed_over():
    class Pages:
        def paginate(self, **request):
            assert request["SortOrder"] == "Descending"
            summary = {"ModelPackageArn": "arn:2", "ModelPackageVersion": 2}
            older = {"ModelPackageArn": "arn:1", "ModelPackageVersion": 1}
            return [
                {"ModelPackageSummaryList": [{**summary, "ModelPackageStatus": "Failed"}]},
                {"ModelPackageSummaryList": [{**older, "ModelPackageStatus": "Completed"}]},
            ]

    class SageMaker:
        def get_paginator(self, operation):
            assert operation == "list_model_packages"
            return Pages()

    found = registry.newest_approved(SageMaker(), GROUP)
    assert found == registry.Model(arn="arn:1", version="1")


def test_stages_differ_in_place_and_size_only(session):
    register(session, "Approved")
    staging, prod = built(session)
    assert staging.accounts == ("333333333333",)
    assert prod.accounts == ("222222222222", "444455556666")
    assert staging.stack == "sagemaker-iris-multi-01-p-a1b2c3d4e5f6-deploy-staging"
    assert prod.endpoint == "sagemaker-iris-multi-01-p-a1b2c3d4e5f6-prod"
    assert prod.role == "sagemaker-role-prod"
    assert staging.parameters["InstanceCount"] == "1"
    assert prod.parameters["InstanceCount"] == "2"


def test_building_twice_decides_the_same(session):
    register(session, "Approved")
    assert built(session) == built(session)


def test_a_changed_configuration_is_another_revision(session):
    register(session, "Approved")
    before, _ = built(session)
    config = json.loads(Path("config/staging.json").read_text())
    Path("config/staging.json").write_text(json.dumps({**config, "InstanceCount": 3}))
    after, _ = built(session)
    assert before.parameters["Revision"] != after.parameters["Revision"]


def test_a_list_in_a_configuration_is_one_parameter(session):
    register(session, "Approved")
    config = {"SubnetIds": ["subnet-1", "subnet-2"], "InstanceCount": 1}
    Path("config/prod.json").write_text(json.dumps(config))
    _, prod = built(session)
    assert prod.parameters["SubnetIds"] == "subnet-1,subnet-2"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", r"config/staging\.json is not JSON"),
        ("[1]", "holds no object"),
        ('{"VpcOnly": true}', "VpcOnly is true; write a text"),
        ('{"InstanceCount": null}', "InstanceCount is null"),
        ('{"SubnetIds": [{}]}', "SubnetIds is {}"),
    ],
)
def test_a_broken_configuration_is_named(session, text, why):
    Path("config/staging.json").write_text(text)
    with pytest.raises(failure.Failure, match=why):
        built(session)


def test_a_stage_without_accounts_is_named(session):
    organizations = session.client("organizations")
    organizations.create_organization(FeatureSet="ALL")
    root = organizations.list_roots()["Roots"][0]["Id"]
    empty = organizations.create_organizational_unit(ParentId=root, Name="empty")
    unit = empty["OrganizationalUnit"]["Id"]
    register(session, "Approved")
    by_unit = {"DEPLOYMENT_MODE": "OrganizationalUnits", "STAGING_UNIT": unit, "PROD_UNIT": unit}
    with pytest.raises(failure.Failure, match=f"unit {unit} of staging holds no active account"):
        build.build(session, project.from_environment(ENVIRONMENT | by_unit))


def test_a_stage_that_was_not_built_says_what_to_run(session):
    with pytest.raises(failure.Failure, match=r"run model_deployment\.build before"):
        deployment.read("staging")


def test_a_missing_variable_is_named():
    with pytest.raises(failure.Failure, match="PROD_ROLE"):
        project.from_environment({k: v for k, v in ENVIRONMENT.items() if k != "PROD_ROLE"})


def test_stages_are_what_the_template_names(session):
    register(session, "Approved")
    renamed = {key.replace("STAGING", "TEST"): value for key, value in ENVIRONMENT.items()}
    described = project.from_environment(renamed | {"STAGES": "test,prod"})
    assert [stage.name for stage in described.stages] == ["test", "prod"]
    build.build(session, described)
    assert deployment.read("test").accounts == ("333333333333",)
    with pytest.raises(failure.Failure, match=r"deployment/staging\.json is missing"):
        deployment.read("staging")


def test_the_longest_names_still_fit():
    described = project.from_environment(
        {**ENVIRONMENT, "PROJECT_NAME": "n" * 15, "PROJECT_ID": "i" * 20}
    )
    model = registry.Model(arn="arn", version="1")
    decided = deployment.decide(described, described.stages[0], model, {}, "")
    # SageMaker gives models, endpoint configurations and endpoints 63 characters.
    assert len(f"{decided.endpoint}-{decided.parameters['Revision']}") <= 63
    assert len(decided.stack) <= 128


def test_readers_may_use_models_but_not_change_them():
    policies = {}

    class SageMaker:
        def describe_model_package_group(self, **request):
            name = request["ModelPackageGroupName"]
            arn = f"arn:aws:sagemaker:us-east-1:111111111111:model-package-group/{name}"
            return {"ModelPackageGroupArn": arn}

        def put_model_package_group_policy(self, **request):
            policies[request["ModelPackageGroupName"]] = json.loads(request["ResourcePolicy"])

    registry.let_read(SageMaker(), GROUP, ["333333333333", "222222222222"])
    group, packages = policies[GROUP]["Statement"]
    assert group["Principal"] == {"AWS": ["222222222222", "333333333333"]}
    assert packages["Resource"].endswith(f":model-package/{GROUP}/*")
    assert "sagemaker:UpdateModelPackage" not in packages["Action"]
