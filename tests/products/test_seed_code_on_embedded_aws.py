"""The seed code as a project's builds run it: in the project's role, with the project's variables.

Nothing is patched: project, roles, model package group and endpoint template are the real ones, and
the target accounts are entered through the role that trusts the build.
"""

import importlib
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

import local_aws
from tests.sagemaker_world import IMAGE, Registry

ROOT = Path(__file__).parents[2]
SEED = ROOT / "seed_code/model-deploy"
HUB, MANAGEMENT = "444455556666", "777788889999"
DATA_SCIENCE, STAGING, PRODUCTION = "111111111111", "333333333333", "222222222222"
REGION = "us-east-1"
BUCKET = f"sagemaker-catalog-{HUB}-{REGION}"
GROUP, BASE = "iris", "sagemaker-iris-p-a1b2c3d4e5f6"
OFTEN = {"Delay": 0.05, "MaxAttempts": 100}
BUILD_ROLE = f"arn:aws:iam::{DATA_SCIENCE}:role/sagemaker-catalog-codebuild"
STACKSETS = "member.org.stacksets.cloudformation.amazonaws.com"
PROJECT = {
    "SageMakerProjectName": GROUP,
    "SageMakerProjectId": "p-a1b2c3d4e5f6",
    "SageMakerExecutionRoleStagingName": "sagemaker-role-staging",
    "SageMakerExecutionRoleProdName": "sagemaker-role-prod",
    "SourceProvider": "CodeCommit",
}
MODES = {
    "Accounts": {"StagingAccounts": STAGING, "ProdAccounts": PRODUCTION},
    "OrganizationalUnits": {
        "DeploymentMode": "OrganizationalUnits",
        "OrganizationalUnitStagingId": "ou-ab12-22000000",
        "OrganizationalUnitProdId": "ou-ab12-21000000",
    },
}


def stack(session: boto3.Session, name: str, text: str, parameters: Mapping[str, str]) -> None:
    cloudformation = session.client("cloudformation")
    cloudformation.create_stack(
        StackName=name,
        TemplateBody=text,
        Capabilities=["CAPABILITY_NAMED_IAM"],
        Parameters=[{"ParameterKey": key, "ParameterValue": parameters[key]} for key in parameters],
    )
    found = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    assert found["StackStatus"] == "CREATE_COMPLETE", found


@pytest.fixture
def aws(catalog, rendered, tmp_path_factory) -> Iterator[Any]:
    """The organization with its roles, and the account of projects able to drive stack sets."""
    target = catalog.settings.targets["local"]
    with local_aws.embedded(target.organization, target.account, REGION) as embedded:
        hub = embedded.session(HUB).client("s3")
        hub.create_bucket(Bucket=BUCKET)
        archive = shutil.make_archive(str(tmp_path_factory.mktemp("seed") / "deploy"), "zip", SEED)
        body = Path(archive).read_bytes()
        hub.put_object(Bucket=BUCKET, Key="bundles/seed/deploy.zip", Body=body)
        embedded.session(MANAGEMENT).client("organizations").register_delegated_administrator(
            AccountId=DATA_SCIENCE, ServicePrincipal=STACKSETS
        )
        roles = rendered("project-roles").text
        stack(embedded.session(DATA_SCIENCE), "roles", roles, {"HubAccountId": HUB})
        for account, suffix in ((STAGING, "staging"), (PRODUCTION, "prod")):
            text = rendered("target-account-role").text
            given = {"SageMakerRoleSuffix": suffix, "PipelineExecutionRoleArn": BUILD_ROLE}
            stack(embedded.session(account), "target", text, given)
        yield embedded


@pytest.fixture(params=list(MODES))
def project(aws, rendered, request) -> str:
    """A project that deploys to accounts, then one that deploys to organizational units."""
    text = rendered("multi-account-deployment").text
    text += f"\nMappings:\n  Catalog:\n    {REGION}:\n      Bucket: {BUCKET}\n"
    mode = str(request.param)
    stack(aws.session(DATA_SCIENCE), "SC-project", text, PROJECT | MODES[mode])
    hold(aws.session(DATA_SCIENCE).client("codepipeline"))
    return mode


def hold(codepipeline: Any) -> None:
    """Let the project's own pipeline get no further than its source.

    Every decision about a model starts it, and its deployments would come between those that are
    looked at here, later than they meant to on a busy machine.
    """
    stages = codepipeline.get_pipeline(name=BASE)["pipeline"]["stages"]
    for stage in stages[1:]:
        codepipeline.disable_stage_transition(
            pipelineName=BASE,
            stageName=stage["name"],
            transitionType="Inbound",
            reason="the test deploys by itself",
        )


@pytest.fixture(autouse=True)
def code(monkeypatch, tmp_path) -> Iterator[SimpleNamespace]:
    """The modules, in a repository that holds the seed code."""
    shutil.copytree(SEED, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    before = {name for name in sys.modules if name.startswith("model_deployment")}
    kept = {name: sys.modules.pop(name) for name in before}
    names = ("build", "check", "deploy", "deployment", "failure", "project", "samples")
    yield SimpleNamespace(
        **{name: importlib.import_module(f"model_deployment.{name}") for name in names}
    )
    for name in [name for name in sys.modules if name.startswith("model_deployment")]:
        del sys.modules[name]
    sys.modules.update(kept)


class Run:
    """One run of the pipeline, action by action, as the build role."""

    def __init__(self, aws: Any, code: SimpleNamespace) -> None:
        self.aws, self.code = aws, code
        self.session = aws.session(DATA_SCIENCE, "sagemaker-catalog-codebuild")

    def build(self) -> str:
        """Build; what the pipeline's condition sees."""
        projects = self.aws.session(DATA_SCIENCE).client("codebuild").batch_get_projects
        (found,) = projects(names=[f"{BASE}-build"])["projects"]
        variables = found["environment"]["environmentVariables"]
        environment = {each["name"]: each["value"] for each in variables}
        self.code.build.build(self.session, self.code.project.from_environment(environment))
        return Path("deployment/MODEL").read_text()

    def deploy(self, stage: str) -> None:
        self.code.deploy.deploy(self.code.deployment.read(stage), self.session, pause=0)

    def check(self, stage: str) -> Any:
        sample = self.code.samples.Sample(name="one flower", body="5,5", matches=r"^1\.0$")
        decided = self.code.deployment.read(stage)
        return self.code.check.check(decided, [sample], self.session)

    def whole(self) -> str:
        version = self.build()
        for stage in ("staging", "prod"):
            self.deploy(stage)
        return version


@pytest.fixture
def run(aws, project, code) -> Run:
    return Run(aws, code)


def judge(aws: Any, package: str, status: str) -> None:
    aws.session(DATA_SCIENCE).client("sagemaker").update_model_package(
        ModelPackageArn=package, ModelApprovalStatus=status
    )


def registry(aws: Any) -> Registry:
    """SageMaker of the projects' account, with a trained model in its bucket."""
    made = Registry(lambda service, account: aws.session(account).client(service), DATA_SCIENCE)
    made.s3.create_bucket(Bucket=made.bucket)
    made.artifact()
    return made


def register(aws: Any, status: str) -> str:
    return registry(aws).package(GROUP, ModelApprovalStatus=status)


def serving(aws: Any, account: str, stage: str) -> Mapping[str, Any]:
    """The endpoint of a stage, with the model package behind it and how many machines serve it."""
    sagemaker = aws.session(account).client("sagemaker")
    endpoint = sagemaker.describe_endpoint(EndpointName=f"{BASE}-{stage}")
    config = sagemaker.describe_endpoint_config(EndpointConfigName=endpoint["EndpointConfigName"])
    (variant,) = config["ProductionVariants"]
    model = sagemaker.describe_model(ModelName=variant["ModelName"])
    return {
        "endpoint": endpoint["EndpointArn"],
        "status": endpoint["EndpointStatus"],
        "package": model["PrimaryContainer"]["ModelPackageName"],
        "role": model["ExecutionRoleArn"],
        "machines": variant["InitialInstanceCount"],
    }


def history(aws: Any, account: str) -> list[Any]:
    cloudformation = aws.session(account).client("cloudformation")
    return [
        cloudformation.describe_stack_events(StackName=each["StackName"])["StackEvents"]
        for each in cloudformation.describe_stacks()["Stacks"]
    ]


def test_from_nothing_approved_to_production_and_back(run, aws):
    """The first run skips, then a model, the same again, a newer one, and its rejection."""
    first = register(aws, "PendingManualApproval")
    assert run.whole() == "none"
    for account in (STAGING, PRODUCTION):
        assert aws.session(account).client("sagemaker").list_endpoints()["Endpoints"] == []

    judge(aws, first, "Approved")
    assert run.build() == "1"
    run.deploy("staging")
    assert serving(aws, STAGING, "staging") == {
        "endpoint": f"arn:aws:sagemaker:{REGION}:{STAGING}:endpoint/{BASE}-staging",
        "status": "InService",
        "package": first,
        "role": f"arn:aws:iam::{STAGING}:role/sagemaker-role-staging",
        "machines": 1,
    }
    assert [(each.account, each.why) for each in run.check("staging")] == [(STAGING, "")]
    assert aws.session(PRODUCTION).client("sagemaker").list_endpoints()["Endpoints"] == []
    run.deploy("prod")
    before = serving(aws, PRODUCTION, "prod")
    assert (before["package"], before["machines"]) == (first, 2)

    events = [history(aws, account) for account in (STAGING, PRODUCTION)]
    assert run.whole() == "1"
    assert [history(aws, account) for account in (STAGING, PRODUCTION)] == events

    second = register(aws, "Approved")
    assert run.whole() == "2"
    assert serving(aws, STAGING, "staging")["package"] == second
    judge(aws, second, "Rejected")
    assert run.whole() == "1"
    assert serving(aws, PRODUCTION, "prod") == before
    models = aws.session(PRODUCTION).client("sagemaker").list_models()["Models"]
    assert len(models) == 1  # what was replaced is gone


def occupy(aws: Any, name: str) -> Any:
    """Give the endpoint's name in staging to somebody else's endpoint."""
    sagemaker = aws.session(STAGING).client("sagemaker")
    role = f"arn:aws:iam::{STAGING}:role/sagemaker-role-staging"
    container = {"Image": IMAGE}
    sagemaker.create_model(ModelName="x", ExecutionRoleArn=role, PrimaryContainer=container)
    variant = {"VariantName": "x", "ModelName": "x", "InstanceType": "ml.m5.large"}
    sagemaker.create_endpoint_config(
        EndpointConfigName="x", ProductionVariants=[{**variant, "InitialInstanceCount": 1}]
    )
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName="x")
    sagemaker.get_waiter("endpoint_in_service").wait(EndpointName=name, WaiterConfig=OFTEN)
    return sagemaker


def test_a_stage_that_failed_is_mended_by_the_next_run(run, aws):
    package = register(aws, "Approved")
    sagemaker = occupy(aws, f"{BASE}-staging")
    run.build()
    with pytest.raises(run.code.failure.Failure, match=f"account {STAGING}: .*already existing"):
        run.deploy("staging")
    sagemaker.delete_endpoint(EndpointName=f"{BASE}-staging")
    sagemaker.get_waiter("endpoint_deleted").wait(
        EndpointName=f"{BASE}-staging", WaiterConfig=OFTEN
    )
    run.deploy("staging")
    assert serving(aws, STAGING, "staging")["package"] == package
    with pytest.raises(ClientError, match="not authorized to perform: sagemaker:CreateModel"):
        aws.session("666677778888").client("sagemaker").create_model(
            ModelName="stolen",
            ExecutionRoleArn="arn:aws:iam::666677778888:role/anything",
            PrimaryContainer={"ModelPackageName": package},
        )
