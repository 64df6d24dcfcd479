"""Everybody's day: each persona does what its duties are for, and IAM lets it.

Rehearsals of projects and of the Studio domain show who decides what. This one shows the rest:
every other call that a duty holds is made by somebody who has that duty. Much of what is asked for
does not exist; IAM decides before a service looks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from catalog.rehearsing.people import Call
from catalog.rehearsing.rehearsal import Person, Rehearsal

DATA = "sagemaker-us-east-1-111111111111"
PROJECT = "sagemaker-roses-p-1"
GROUP = "roses"
EXECUTION = "arn:aws:iam::111111111111:role/sagemaker-catalog-execution"
SAGEMAKER = "arn:aws:sagemaker:us-east-1:111111111111"
RUN = f"{SAGEMAKER}:pipeline/roses/execution/abcdefghijkl"
TAGS = [{"Key": "team", "Value": "botanists"}]
STACK = f"SC-111111111111-pp-{'a' * 13}"
LOG = f"/aws/codebuild/{PROJECT}-build"
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1"
MACHINE = {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 5}
NOTHING = json.dumps({"Version": "2020-12-01", "Parameters": [], "Steps": []})


def calls(service: str, **operations: Mapping[str, object]) -> tuple[Call, ...]:
    """Calls of one service: boto3's method -> its parameters."""
    return tuple(Call(service, operation, request) for operation, request in operations.items())


SEES = (
    *calls(
        "sagemaker",
        list_apps={},
        list_code_repositories={},
        list_domains={},
        list_endpoint_configs={},
        list_endpoints={},
        list_model_cards={},
        list_model_package_groups={},
        list_models={},
        list_pipelines={},
        list_processing_jobs={},
        list_projects={},
        list_spaces={},
        list_training_jobs={},
        list_user_profiles={},
        search={"Resource": "TrainingJob"},
        describe_app={
            "DomainId": "d-abc",
            "SpaceName": "own",
            "AppType": "JupyterLab",
            "AppName": "default",
        },
        describe_code_repository={"CodeRepositoryName": PROJECT},
        describe_endpoint={"EndpointName": PROJECT},
        describe_endpoint_config={"EndpointConfigName": PROJECT},
        describe_model={"ModelName": PROJECT},
        describe_model_card={"ModelCardName": GROUP},
        describe_model_package_group={"ModelPackageGroupName": GROUP},
        describe_pipeline={"PipelineName": GROUP},
        describe_pipeline_definition_for_execution={"PipelineExecutionArn": RUN},
        describe_pipeline_execution={"PipelineExecutionArn": RUN},
        describe_processing_job={"ProcessingJobName": "roses"},
        describe_space={"DomainId": "d-abc", "SpaceName": "own"},
        list_pipeline_execution_steps={"PipelineExecutionArn": RUN},
        list_pipeline_executions={"PipelineName": GROUP},
        list_pipeline_parameters_for_execution={"PipelineExecutionArn": RUN},
        list_tags={"ResourceArn": f"{SAGEMAKER}:model-package-group/{GROUP}"},
    ),
    *calls(
        "servicecatalog",
        describe_product_view={"Id": "prodview-abc"},
        describe_record={"Id": "rec-abc"},
        list_record_history={},
        describe_provisioning_artifact={
            "ProductId": "prod-abc",
            "ProvisioningArtifactId": "pa-abc",
        },
    ),
)
INVESTIGATES = (
    *calls(
        "codepipeline",
        list_pipelines={},
        get_pipeline={"name": PROJECT},
        get_pipeline_execution={
            "pipelineName": PROJECT,
            "pipelineExecutionId": "11111111-2222-3333-4444-555555555555",
        },
    ),
    *calls(
        "codebuild",
        batch_get_builds={"ids": [f"{PROJECT}-build:11111111-2222-3333-4444-555555555555"]},
        batch_get_projects={"names": [f"{PROJECT}-build"]},
        list_builds_for_project={"projectName": f"{PROJECT}-build"},
    ),
    *calls(
        "cloudformation",
        describe_stack_events={"StackName": STACK},
        describe_stack_resources={"StackName": STACK},
        describe_stacks={"StackName": STACK},
    ),
    *calls(
        "logs",
        describe_log_groups={},
        describe_log_streams={"logGroupName": LOG},
        filter_log_events={"logGroupName": LOG},
        get_log_events={"logGroupName": LOG, "logStreamName": "1"},
    ),
)
WORKS_WITH_DATA = (
    *calls(
        "s3",
        get_bucket_location={"Bucket": DATA},
        list_objects_v2={"Bucket": DATA, "Prefix": "roses/"},
        get_object={"Bucket": DATA, "Key": "roses/train.csv"},
        delete_object={"Bucket": DATA, "Key": "roses/train.csv"},
        abort_multipart_upload={"Bucket": DATA, "Key": "roses/big.csv", "UploadId": "1"},
    ),
    *calls(
        "ecr",
        get_authorization_token={},
        batch_check_layer_availability={"repositoryName": GROUP, "layerDigests": ["sha256:1"]},
        batch_get_image={"repositoryName": GROUP, "imageIds": [{"imageTag": "1"}]},
        get_download_url_for_layer={"repositoryName": GROUP, "layerDigest": "sha256:1"},
    ),
)
TRAINS = calls(
    "sagemaker",
    create_pipeline={
        "PipelineName": GROUP,
        "PipelineDefinition": NOTHING,
        "ClientRequestToken": "a" * 32,
        "RoleArn": EXECUTION,
        "Tags": TAGS,
    },
    update_pipeline={"PipelineName": GROUP, "PipelineDescription": "Roses."},
    start_pipeline_execution={"PipelineName": GROUP, "ClientRequestToken": "b" * 32},
    retry_pipeline_execution={"PipelineExecutionArn": RUN, "ClientRequestToken": "c" * 32},
    stop_pipeline_execution={"PipelineExecutionArn": RUN, "ClientRequestToken": "d" * 32},
    delete_pipeline={"PipelineName": GROUP, "ClientRequestToken": "e" * 32},
    create_processing_job={
        "ProcessingJobName": GROUP,
        "AppSpecification": {"ImageUri": IMAGE},
        "ProcessingResources": {"ClusterConfig": MACHINE},
        "RoleArn": EXECUTION,
    },
    stop_processing_job={"ProcessingJobName": GROUP},
    stop_training_job={"TrainingJobName": GROUP},
    create_model_package_group={"ModelPackageGroupName": GROUP, "Tags": TAGS},
)
PUSHES = (
    *calls(
        "codecommit",
        get_branch={"repositoryName": PROJECT, "branchName": "main"},
        get_repository={"repositoryName": PROJECT},
        list_branches={"repositoryName": PROJECT},
    ),
    *calls(
        "ssm",
        get_parameter={"Name": "/sagemaker/studio/connection"},
        get_parameters={"Names": ["/sagemaker/studio/connection"]},
    ),
)
PROJECTS = calls(
    "sagemaker",
    add_tags={"ResourceArn": f"{SAGEMAKER}:project/{GROUP}", "Tags": TAGS},
    delete_tags={"ResourceArn": f"{SAGEMAKER}:project/{GROUP}", "TagKeys": ["team"]},
    update_project={"ProjectName": GROUP, "ProjectDescription": "Roses."},
    delete_project={"ProjectName": GROUP},
)
STAGE = {"pipelineName": PROJECT, "stageName": "DeployProd", "transitionType": "Inbound"}
STOP = {"pipelineName": PROJECT, "pipelineExecutionId": "11111111-2222-3333-4444-555555555555"}
OPERATES = (
    *calls(
        "codepipeline",
        start_pipeline_execution={"name": PROJECT},
        stop_pipeline_execution=STOP,
        disable_stage_transition={**STAGE, "reason": "A freeze."},
        enable_stage_transition=STAGE,
    ),
    *calls(
        "sagemaker",
        start_pipeline_execution={"PipelineName": GROUP, "ClientRequestToken": "f" * 32},
        retry_pipeline_execution={"PipelineExecutionArn": RUN, "ClientRequestToken": "a" * 32},
        stop_pipeline_execution={"PipelineExecutionArn": RUN, "ClientRequestToken": "b" * 32},
    ),
    *calls(
        "sagemaker-runtime",
        invoke_endpoint={"EndpointName": PROJECT, "Body": b"1,2"},
        invoke_endpoint_async={"EndpointName": PROJECT, "InputLocation": f"s3://{DATA}/roses/1"},
    ),
)
OWN_APP = {"DomainId": "d-abc", "SpaceName": "own", "AppType": "JupyterLab", "AppName": "default"}
ADMINISTERS = (
    *calls(
        "sagemaker",
        disable_sagemaker_servicecatalog_portfolio={},
        enable_sagemaker_servicecatalog_portfolio={},
        update_project={"ProjectName": GROUP, "ProjectDescription": "Roses."},
        delete_app=OWN_APP,
        delete_space={"DomainId": "d-abc", "SpaceName": "own"},
    ),
    *calls("servicecatalog", update_provisioned_product={"ProvisionedProductName": "studio"}),
    *calls("codepipeline", stop_pipeline_execution=STOP),
)
LAUNCHES = calls(
    "servicecatalog",
    provision_product={
        "ProductId": "prod-abc",
        "ProvisioningArtifactId": "pa-abc",
        "ProvisionedProductName": "mine",
    },
    terminate_provisioned_product={"ProvisionedProductName": "studio"},
)


def keeps_repository(administrator: Person) -> None:
    """A repository as a project has one."""
    with administrator.step(f"keeps a repository {PROJECT}"):
        made = administrator.call("codecommit", "create_repository", repositoryName=PROJECT)
        administrator.call(
            "codecommit",
            "put_file",
            repositoryName=PROJECT,
            branchName="main",
            filePath="README.md",
            fileContent=b"Roses.\n",
        )
        administrator.call(
            "sagemaker",
            "create_code_repository",
            CodeRepositoryName=PROJECT,
            GitConfig={
                "RepositoryUrl": made["repositoryMetadata"]["cloneUrlHttp"],
                "Branch": "main",
            },
        )


def rehearse_duties(rehearsal: Rehearsal) -> None:
    """Each persona makes every call that its duties are for, and none is refused."""

    def persona(name: str, role: str) -> Person:
        return rehearsal.person(name, "data-science", f"sagemaker-{role}")

    lead, scientist = persona("lead", "lead-data-scientist"), persona("scientist", "data-scientist")
    engineer, officer = persona("engineer", "ml-engineer"), persona("officer", "governance-officer")
    platform = persona("platform", "ml-platform-engineer")
    for person in (lead, scientist, engineer, officer, platform):
        person.may("see what is there", *SEES)
        person.may("look for the cause of a failure", *INVESTIGATES)
    for person in (lead, scientist):
        person.may("read and clean up data", *WORKS_WITH_DATA)
        person.may("make and run training pipelines", *TRAINS)
        person.may("look into repositories", *PUSHES)
    keeps_repository(rehearsal.administrator("data-science"))
    checkout = scientist.clones(PROJECT)
    scientist.pushes(checkout, "Count petals", {"README.md": "Petals are counted.\n"})
    lead.may("change and end projects", *PROJECTS)
    engineer.may("keep deployments running", *OPERATES)
    platform.may("keep the platform running", *ADMINISTERS)
    for person in (scientist, engineer, officer, platform):
        for each in LAUNCHES:
            what = each.operation.replace("_", " ")
            person.may_not(what, each.service, each.operation, **each.request)
    nobody_approves_by_training(rehearsal)


def nobody_approves_by_training(rehearsal: Rehearsal) -> None:
    """What runs as the execution role registers models, and approves none."""
    training = rehearsal.person("training", "data-science", "sagemaker-catalog-execution")
    training.may_not(
        "register a model that is approved already",
        "sagemaker",
        "create_model_package",
        ModelPackageGroupName=GROUP,
        ModelApprovalStatus="Approved",
    )
    training.may_not(
        "approve a model",
        "sagemaker",
        "update_model_package",
        ModelPackageArn=f"{SAGEMAKER}:model-package/{GROUP}/1",
        ModelApprovalStatus="Approved",
    )
