"""Pipelines of the embedded CodePipeline really run."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws import connections, iam, work

MEMBER, REGION = "111111111111", "us-east-1"
BUCKET = "artifacts-111111111111"
ANYTHING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}
BUILDSPEC = {
    "version": 0.2,
    "env": {"exported-variables": ["MODEL"]},
    "phases": {"build": {"commands": ["export MODEL=$(cat model)", "echo built >result"]}},
    "artifacts": {"files": ["**/*"]},
}


def trust(service: str) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def kind(category: str, provider: str) -> dict[str, str]:
    return {"category": category, "owner": "AWS", "provider": provider, "version": "1"}


SOURCE = {
    "name": "Source",
    "namespace": "Code",
    "actionTypeId": kind("Source", "CodeCommit"),
    "configuration": {
        "RepositoryName": "code",
        "BranchName": "main",
        "PollForSourceChanges": "false",
    },
    "outputArtifacts": [{"name": "Source"}],
}
BUILD = {
    "name": "Build",
    "namespace": "Build",
    "actionTypeId": kind("Build", "CodeBuild"),
    "configuration": {"ProjectName": "build"},
    "inputArtifacts": [{"name": "Source"}],
    "outputArtifacts": [{"name": "Built"}],
}
APPROVE = {
    "name": "Approve",
    "actionTypeId": kind("Approval", "Manual"),
    "configuration": {"CustomData": "Deploy version #{Build.MODEL}?"},
}


def deploy(name: str = "Deploy", **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "actionTypeId": kind("Build", "CodeBuild"),
        "configuration": {"ProjectName": "deploy"},
        "inputArtifacts": [{"name": "Built"}],
        **more,
    }


def only_if(operator: str, value: str, result: str) -> dict[str, Any]:
    rule = {
        "name": "Wanted",
        "ruleTypeId": {"category": "Rule", "owner": "AWS", "provider": "VariableCheck"},
        "configuration": {
            "Variable": "#{Build.MODEL}",
            "Operator": operator,
            "Value": value,
        },
    }
    rule["ruleTypeId"]["version"] = "1"  # type: ignore[index]
    return {"conditions": [{"result": result, "rules": [rule]}]}


class Pipelines:
    """A pipeline in a member account: its repository, its bucket, its roles, its projects."""

    def __init__(self, clients: Callable[..., Any]) -> None:
        self.client = lambda service: clients(service, MEMBER)
        self.codepipeline = self.client("codepipeline")
        self.roles = {
            name: self._role(name, f"{name}.amazonaws.com")
            for name in ("codepipeline", "codebuild")
        }
        self.client("s3").create_bucket(Bucket=BUCKET)
        self.client("codecommit").create_repository(repositoryName="code")
        self.push("model", "7")
        self.project("build", BUILDSPEC)
        commands = ["test -f result", 'echo "deploying $WHAT"']
        self.project("deploy", {"version": 0.2, "phases": {"build": {"commands": commands}}})

    def _role(self, name: str, service: str) -> str:
        iam = self.client("iam")
        made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(service))
        iam.put_role_policy(RoleName=name, PolicyName="a", PolicyDocument=json.dumps(ANYTHING))
        return str(made["Role"]["Arn"])

    def push(self, path: str, text: str) -> str:
        client = self.client("codecommit")
        tips = client.list_branches(repositoryName="code")["branches"]
        parent = {}
        if tips:
            tip = client.get_branch(repositoryName="code", branchName="main")["branch"]
            parent = {"parentCommitId": tip["commitId"]}
        made = client.put_file(
            repositoryName="code",
            branchName="main",
            fileContent=text.encode(),
            filePath=path,
            **parent,
        )
        return str(made["commitId"])

    def project(self, name: str, buildspec: dict[str, Any]) -> None:
        image = {"type": "LINUX_CONTAINER", "image": "a", "computeType": "BUILD_GENERAL1_SMALL"}
        self.client("codebuild").create_project(
            name=name,
            source={"type": "CODEPIPELINE", "buildspec": json.dumps(buildspec)},
            artifacts={"type": "CODEPIPELINE"},
            environment=image,
            serviceRole=self.roles["codebuild"],
        )

    def declared(self, *stages: dict[str, Any], **more: Any) -> dict[str, Any]:
        source = {"name": "Source", "actions": [SOURCE]}
        return {
            "name": "iris",
            "roleArn": self.roles["codepipeline"],
            "artifactStore": {"type": "S3", "location": BUCKET},
            "pipelineType": "V2",
            "stages": [source, *stages],
            **more,
        }

    def create(self, *stages: dict[str, Any], **more: Any) -> str:
        """Create the pipeline; the id of its first execution."""
        self.codepipeline.create_pipeline(pipeline=self.declared(*stages, **more))
        return str(self.executions()[0]["pipelineExecutionId"])

    def executions(self) -> list[dict[str, Any]]:
        found = self.codepipeline.list_pipeline_executions(pipelineName="iris")
        return list(found["pipelineExecutionSummaries"])

    def execution(self, identifier: str) -> dict[str, Any]:
        return dict(
            self.codepipeline.get_pipeline_execution(
                pipelineName="iris", pipelineExecutionId=identifier
            )["pipelineExecution"]
        )

    def start(self, **more: Any) -> str:
        return str(
            self.codepipeline.start_pipeline_execution(name="iris", **more)["pipelineExecutionId"]
        )

    def ended(self, identifier: str) -> str:
        until(lambda: self.execution(identifier)["status"] not in ("InProgress", "Stopping"))
        return str(self.execution(identifier)["status"])

    def stage(self, name: str) -> dict[str, Any]:
        state = self.codepipeline.get_pipeline_state(name="iris")
        return dict(next(one for one in state["stageStates"] if one["stageName"] == name))

    def action(self, stage: str, name: str) -> dict[str, Any]:
        states = self.stage(stage)["actionStates"]
        return dict(next(one for one in states if one["actionName"] == name))

    def token(self) -> str:
        until(lambda: "token" in self.action("Deploy", "Approve").get("latestExecution", {}))
        return str(self.action("Deploy", "Approve")["latestExecution"]["token"])

    def answer(self, status: str, token: str) -> None:
        self.codepipeline.put_approval_result(
            pipelineName="iris",
            stageName="Deploy",
            actionName="Approve",
            token=token,
            result={"status": status, "summary": "as discussed"},
        )


def until(done: Callable[[], bool]) -> None:
    limit = time.monotonic() + 20
    while not done():
        assert time.monotonic() < limit, "it takes too long"
        time.sleep(0.02)


@pytest.fixture
def pipelines(clients) -> Pipelines:
    return Pipelines(clients)


@pytest.fixture(autouse=True)
def _nothing_failed_inside(aws):
    yield
    assert work.failures() == ()


def code_of(call: Callable[..., Any], **request: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**request)
    return str(caught.value.response["Error"]["Code"])


BUILD_STAGE = {"name": "Build", "actions": [BUILD]}


def test_creating_a_pipeline_runs_it_from_source_to_deployment(pipelines):
    what = json.dumps([{"name": "WHAT", "value": "#{Build.MODEL} of #{Code.CommitId}"}])
    action = deploy(configuration={"ProjectName": "deploy", "EnvironmentVariables": what})
    first = pipelines.create(BUILD_STAGE, {"name": "Deploy", "actions": [action]})
    assert pipelines.ended(first) == "Succeeded"
    execution = pipelines.execution(first)
    assert execution["trigger"]["triggerType"] == "CreatePipeline"
    (revision,) = execution["artifactRevisions"]
    details = pipelines.codepipeline.list_action_executions(pipelineName="iris")
    runs = {one["actionName"]: one for one in details["actionExecutionDetails"]}
    assert runs["Build"]["output"]["outputVariables"] == {"MODEL": "7"}
    resolved = json.loads(runs["Deploy"]["input"]["resolvedConfiguration"]["EnvironmentVariables"])
    assert resolved[0]["value"] == f"7 of {revision['revisionId']}"
    where = runs["Build"]["output"]["outputArtifacts"][0]["s3location"]
    assert where["key"].startswith("iris/Built/")
    found = pipelines.client("s3").get_object(Bucket=where["bucket"], Key=where["key"])
    with zipfile.ZipFile(io.BytesIO(found["Body"].read())) as archive:
        assert set(archive.namelist()) == {"model", "result"}
    build = runs["Build"]["output"]["executionResult"]["externalExecutionId"]
    (build,) = pipelines.client("codebuild").batch_get_builds(ids=[build])["builds"]
    assert build["initiator"] == "codepipeline/iris"
    assert build["resolvedSourceVersion"] == revision["revisionId"]


def test_a_failed_build_is_told_in_the_state(pipelines):
    pipelines.push("model", "")
    failing = {"version": 0.2, "phases": {"build": {"commands": ["cat nothing"]}}}
    pipelines.client("codebuild").update_project(
        name="build", source={"type": "CODEPIPELINE", "buildspec": json.dumps(failing)}
    )
    first = pipelines.create(BUILD_STAGE, {"name": "Deploy", "actions": [deploy()]})
    assert pipelines.ended(first) == "Failed"
    assert pipelines.stage("Build")["latestExecution"]["status"] == "Failed"
    assert "latestExecution" not in pipelines.stage("Deploy")
    latest = pipelines.action("Build", "Build")["latestExecution"]
    assert latest["status"] == "Failed"
    assert latest["errorDetails"] == {
        "code": "JobFailed",
        "message": "Build terminated with state: FAILED. Phase: BUILD, Code:"
        " COMMAND_EXECUTION_ERROR, Message: Error while executing command: cat nothing."
        " Reason: exit status 1",
    }


def test_a_missing_branch_is_told(pipelines):
    pipelines.client("codecommit").create_repository(repositoryName="empty")
    source = {**SOURCE, "configuration": {"RepositoryName": "empty", "BranchName": "main"}}
    declared = pipelines.declared(BUILD_STAGE)
    declared["stages"][0] = {"name": "Source", "actions": [source]}
    pipelines.codepipeline.create_pipeline(pipeline=declared)
    assert pipelines.ended(pipelines.executions()[0]["pipelineExecutionId"]) == "Failed"
    latest = pipelines.action("Source", "Source")["latestExecution"]
    assert "BranchDoesNotExistException" in latest["errorDetails"]["message"]


@pytest.mark.parametrize(
    ("value", "result", "stage", "whole"),
    [
        ("7", "SKIP", "Succeeded", "Succeeded"),
        ("none", "SKIP", "Skipped", "Succeeded"),
        ("none", "FAIL", "Failed", "Failed"),
    ],
)
def test_a_stage_is_entered_skipped_or_failed_by_its_condition(
    pipelines, value, result, stage, whole
):
    entry = only_if("EQ", value, result)
    guarded = {"name": "Deploy", "actions": [deploy()], "beforeEntry": entry}
    assert pipelines.ended(pipelines.create(BUILD_STAGE, guarded)) == whole
    state = pipelines.stage("Deploy")
    assert state["latestExecution"]["status"] == stage
    (condition,) = state["beforeEntryConditionState"]["conditionStates"]
    assert ("latestExecution" in state["actionStates"][0]) == (stage == "Succeeded")
    assert condition["ruleStates"][0]["ruleName"] == "Wanted"
    rules = pipelines.codepipeline.list_rule_executions(pipelineName="iris")
    (rule,) = rules["ruleExecutionDetails"]
    assert rule["input"]["resolvedConfiguration"]["Variable"] == "7"


def test_an_overridden_condition_lets_the_stage_run(pipelines):
    entry = only_if("EQ", "none", "FAIL")
    guarded = {"name": "Deploy", "actions": [deploy()], "beforeEntry": entry}
    first = pipelines.create(BUILD_STAGE, guarded)
    assert pipelines.ended(first) == "Failed"
    pipelines.codepipeline.override_stage_condition(
        pipelineName="iris",
        stageName="Deploy",
        pipelineExecutionId=first,
        conditionType="BEFORE_ENTRY",
    )
    assert pipelines.ended(first) == "Succeeded"


def approved(order: int = 2) -> dict[str, Any]:
    return {"name": "Deploy", "actions": [APPROVE, deploy(runOrder=order)]}


def test_an_approval_waits_for_a_person_and_tells_the_topic(pipelines):
    sns, sqs = pipelines.client("sns"), pipelines.client("sqs")
    topic = sns.create_topic(Name="approvals")["TopicArn"]
    queue = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    arn = f"arn:aws:sqs:{REGION}:{MEMBER}:inbox"
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    asked = {**APPROVE["configuration"], "NotificationArn": topic}
    stage = {"name": "Deploy", "actions": [{**APPROVE, "configuration": asked}, deploy(runOrder=2)]}
    first = pipelines.create(BUILD_STAGE, stage)
    token = pipelines.token()
    assert pipelines.action("Deploy", "Approve")["latestExecution"]["summary"] == (
        "Deploy version 7?"
    )
    received: list[Any] = []
    until(
        lambda: bool(
            received.extend(sqs.receive_message(QueueUrl=queue).get("Messages", [])) or received
        )
    )
    message = json.loads(json.loads(received[0]["Body"])["Message"])
    assert message["approval"]["token"] == token
    assert message["approval"]["customData"] == "Deploy version 7?"
    wrong = "00000000-0000-0000-0000-000000000000"
    result = {"status": "Approved", "summary": ""}
    where = {"pipelineName": "iris", "stageName": "Deploy", "actionName": "Approve"}
    put = pipelines.codepipeline.put_approval_result
    assert code_of(put, **where, token=wrong, result=result) == "InvalidApprovalTokenException"
    pipelines.answer("Approved", token)
    assert pipelines.ended(first) == "Succeeded"
    latest = pipelines.action("Deploy", "Approve")["latestExecution"]
    assert latest["lastUpdatedBy"].startswith(f"arn:aws:sts::{MEMBER}:assumed-role/")
    assert code_of(put, **where, token=token, result=result) == "ApprovalAlreadyCompletedException"


def test_a_rejection_fails_the_stage(pipelines):
    first = pipelines.create(BUILD_STAGE, approved())
    pipelines.answer("Rejected", pipelines.token())
    assert pipelines.ended(first) == "Failed"
    latest = pipelines.action("Deploy", "Approve")["latestExecution"]
    assert (latest["status"], latest["summary"]) == ("Failed", "as discussed")
    assert "latestExecution" not in pipelines.action("Deploy", "Deploy")


def test_of_executions_that_wait_only_the_newest_enters(pipelines):
    first = pipelines.create(BUILD_STAGE, approved(), executionMode="SUPERSEDED")
    token = pipelines.token()
    second = pipelines.start()
    until(lambda: "inboundExecution" in pipelines.stage("Deploy"))
    third = pipelines.start()
    assert pipelines.ended(second) == "Superseded"
    assert pipelines.stage("Deploy")["latestExecution"]["pipelineExecutionId"] == first
    pipelines.answer("Approved", token)
    assert pipelines.ended(first) == "Succeeded"
    until(lambda: pipelines.stage("Deploy")["latestExecution"]["pipelineExecutionId"] == third)
    pipelines.answer("Rejected", pipelines.token())
    assert pipelines.ended(third) == "Failed"


def test_queued_executions_enter_one_after_the_other(pipelines):
    first = pipelines.create(BUILD_STAGE, approved(), executionMode="QUEUED")
    token = pipelines.token()
    second = pipelines.start()
    until(lambda: "inboundExecution" in pipelines.stage("Deploy"))
    third = pipelines.start()
    until(lambda: len(pipelines.stage("Deploy").get("inboundExecutions", ())) == 2)
    pipelines.answer("Rejected", token)
    assert pipelines.ended(first) == "Failed"
    for execution in (second, third):
        until(
            lambda execution=execution: (
                pipelines.stage("Deploy")["latestExecution"]["pipelineExecutionId"] == execution
            )
        )
        pipelines.answer("Rejected", pipelines.token())
        assert pipelines.ended(execution) == "Failed"


def test_actions_of_one_order_run_side_by_side(pipelines):
    pipelines.project("slow", {"version": 0.2, "phases": {"build": {"commands": ["sleep 0.5"]}}})
    one, two = (deploy(name, configuration={"ProjectName": "slow"}) for name in ("One", "Two"))
    stage = {"name": "Deploy", "actions": [one, two, deploy("Three", runOrder=2)]}
    assert pipelines.ended(pipelines.create(BUILD_STAGE, stage)) == "Succeeded"
    details = pipelines.codepipeline.list_action_executions(pipelineName="iris")
    runs = {one["actionName"]: one for one in details["actionExecutionDetails"]}
    both = [runs["One"], runs["Two"]]
    assert max(one["startTime"] for one in both) < min(one["lastUpdateTime"] for one in both)
    assert runs["Three"]["startTime"] >= max(one["lastUpdateTime"] for one in both)


def test_a_failed_stage_is_tried_again_from_its_failed_actions(pipelines):
    pipelines.project("fragile", {"version": 0.2, "phases": {"build": {"commands": ["false"]}}})
    fragile = deploy("Fragile", runOrder=2, configuration={"ProjectName": "fragile"})
    first = pipelines.create(BUILD_STAGE, {"name": "Deploy", "actions": [deploy(), fragile]})
    assert pipelines.ended(first) == "Failed"
    mended = {"version": 0.2, "phases": {"build": {"commands": ["true"]}}}
    pipelines.client("codebuild").update_project(
        name="fragile", source={"type": "CODEPIPELINE", "buildspec": json.dumps(mended)}
    )
    again = {"pipelineName": "iris", "stageName": "Deploy", "pipelineExecutionId": first}
    pipelines.codepipeline.retry_stage_execution(**again, retryMode="FAILED_ACTIONS")
    assert pipelines.ended(first) == "Succeeded"
    details = pipelines.codepipeline.list_action_executions(pipelineName="iris")
    names = [one["actionName"] for one in details["actionExecutionDetails"]]
    assert (names.count("Deploy"), names.count("Fragile")) == (1, 2)
    retry = pipelines.codepipeline.retry_stage_execution
    assert code_of(retry, **again, retryMode="ALL_ACTIONS") == "StageNotRetryableException"


def test_a_closed_transition_holds_executions_and_stopping_ends_them(pipelines):
    first = pipelines.create(BUILD_STAGE, approved())
    pipelines.answer("Rejected", pipelines.token())
    assert pipelines.ended(first) == "Failed"
    where = {"pipelineName": "iris", "stageName": "Deploy", "transitionType": "Inbound"}
    pipelines.codepipeline.disable_stage_transition(**where, reason="freeze")
    second = pipelines.start()
    until(lambda: "inboundExecution" in pipelines.stage("Deploy"))
    transition = pipelines.stage("Deploy")["inboundTransitionState"]
    assert (transition["enabled"], transition["disabledReason"]) == (False, "freeze")
    pipelines.codepipeline.enable_stage_transition(**where)
    until(lambda: "inboundExecution" not in pipelines.stage("Deploy"))
    pipelines.token()
    stop = pipelines.codepipeline.stop_pipeline_execution
    stop(pipelineName="iris", pipelineExecutionId=second, abandon=True, reason="enough")
    assert pipelines.ended(second) == "Stopped"
    assert pipelines.action("Deploy", "Approve")["latestExecution"]["status"] == "Abandoned"
    request = {"pipelineName": "iris", "pipelineExecutionId": second}
    assert code_of(stop, **request) == "PipelineExecutionNotStoppableException"


def test_variables_of_the_pipeline_and_repeated_requests(pipelines):
    what = json.dumps([{"name": "WHAT", "value": "#{variables.Where}"}])
    action = deploy(configuration={"ProjectName": "deploy", "EnvironmentVariables": what})
    declared = [{"name": "Where", "defaultValue": "here"}]
    stage = {"name": "Deploy", "actions": [action]}
    first = pipelines.create(BUILD_STAGE, stage, variables=declared)
    assert pipelines.execution(first)["variables"] == [{"name": "Where", "resolvedValue": "here"}]
    assert pipelines.ended(first) == "Succeeded"
    given = [{"name": "Where", "value": "there"}]
    second = pipelines.start(variables=given, clientRequestToken="once")
    assert pipelines.start(variables=given, clientRequestToken="once") == second
    assert pipelines.ended(second) == "Succeeded"
    assert pipelines.execution(second)["variables"][0]["resolvedValue"] == "there"
    unknown = [{"name": "None", "value": "x"}]
    start = pipelines.codepipeline.start_pipeline_execution
    assert code_of(start, name="iris", variables=unknown) == "ValidationException"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"stages": []}, "InvalidStructureException"),
        ({"pipelineType": "V1", "executionMode": "QUEUED"}, "InvalidStructureException"),
    ],
)
def test_wrong_structures_are_refused(pipelines, change, code):
    declared = {**pipelines.declared(BUILD_STAGE), **change}
    assert code_of(pipelines.codepipeline.create_pipeline, pipeline=declared) == code


def test_stages_must_fit_together(pipelines):
    create = pipelines.codepipeline.create_pipeline
    wrong = {
        "InvalidStructureException": [{"name": "Deploy", "actions": [deploy()]}],
        "InvalidActionDeclarationException": [{"name": "Deploy", "actions": [APPROVE]}],
        "InvalidStageDeclarationException": [BUILD_STAGE, BUILD_STAGE],
    }
    for code, stages in wrong.items():
        assert code_of(create, pipeline=pipelines.declared(*stages)) == code
    unknown = {**deploy(), "actionTypeId": kind("Deploy", "ECS")}
    declared = pipelines.declared(BUILD_STAGE, {"name": "Deploy", "actions": [unknown]})
    assert code_of(create, pipeline=declared) == "NotImplemented"


def test_roles_must_trust_who_works_under_them(pipelines):
    declared = pipelines.declared(BUILD_STAGE)
    declared["roleArn"] = pipelines.roles["codebuild"]
    create = pipelines.codepipeline.create_pipeline
    assert code_of(create, pipeline=declared) == "InvalidStructureException"
    project = pipelines.client("codebuild").update_project
    role = pipelines.roles["codepipeline"]
    assert code_of(project, name="build", serviceRole=role) == "InvalidInputException"
    own = {**SOURCE, "roleArn": pipelines.roles["codebuild"]}
    declared = pipelines.declared(BUILD_STAGE)
    declared["stages"][0] = {"name": "Source", "actions": [own]}
    create(pipeline=declared)
    assert pipelines.ended(pipelines.executions()[0]["pipelineExecutionId"]) == "Failed"
    latest = pipelines.action("Source", "Source")["latestExecution"]
    assert latest["errorDetails"]["code"] == "PermissionError"
    assert "sts:AssumeRole" in latest["errorDetails"]["message"]


def test_pipelines_are_kept_versioned_tagged_and_deleted(pipelines):
    tags = [{"key": "team", "value": "iris"}]
    client = pipelines.codepipeline
    declared = pipelines.declared(BUILD_STAGE)
    client.create_pipeline(pipeline=declared, tags=tags)
    assert code_of(client.create_pipeline, pipeline=declared) == "PipelineNameInUseException"
    assert client.update_pipeline(pipeline=declared)["pipeline"]["version"] == 2
    assert client.get_pipeline(name="iris", version=1)["pipeline"]["version"] == 1
    arn = client.get_pipeline(name="iris")["metadata"]["pipelineArn"]
    assert client.list_tags_for_resource(resourceArn=arn)["tags"] == tags
    assert [one["name"] for one in client.list_pipelines()["pipelines"]] == ["iris"]
    until(lambda: pipelines.executions()[0]["status"] != "InProgress")
    client.delete_pipeline(name="iris")
    client.delete_pipeline(name="iris")
    assert code_of(client.get_pipeline, name="iris") == "PipelineNotFoundException"


def test_a_deleted_pipeline_takes_its_executions_along(pipelines):
    pipelines.create(BUILD_STAGE, approved())
    pipelines.token()
    pipelines.codepipeline.delete_pipeline(name="iris")
    second = pipelines.create(BUILD_STAGE, approved())
    assert [one["pipelineExecutionId"] for one in pipelines.executions()] == [second]
    pipelines.answer("Approved", pipelines.token())
    assert pipelines.ended(second) == "Succeeded"
    until(lambda: not work.under_way())
    assert len(pipelines.executions()) == 1


def test_a_stage_is_tried_again_while_its_failure_is_still_being_told(pipelines):
    first = pipelines.create(BUILD_STAGE, approved())
    again = {"pipelineName": "iris", "stageName": "Deploy", "pipelineExecutionId": first}
    for _ in range(3):
        pipelines.answer("Rejected", pipelines.token())
        until(lambda: pipelines.stage("Deploy")["latestExecution"]["status"] == "Failed")
        pipelines.codepipeline.retry_stage_execution(**again, retryMode="FAILED_ACTIONS")
        assert pipelines.execution(first)["status"] == "InProgress"
        time.sleep(0.1)
        assert pipelines.execution(first)["status"] == "InProgress"
    pipelines.answer("Approved", pipelines.token())
    assert pipelines.ended(first) == "Succeeded"


def test_a_push_through_a_connection_starts_the_pipeline(pipelines):
    client = pipelines.client("codeconnections")
    arn = client.create_connection(ConnectionName="git", ProviderType="GitHub")["ConnectionArn"]
    connections.add_repository("example-org/iris", "main")
    source = {
        **SOURCE,
        "actionTypeId": kind("Source", "CodeStarSourceConnection"),
        "configuration": {
            "ConnectionArn": arn,
            "FullRepositoryId": "example-org/iris",
            "BranchName": "main",
        },
    }
    declared = pipelines.declared(BUILD_STAGE)
    declared["stages"][0] = {"name": "Source", "actions": [source]}
    pipelines.codepipeline.create_pipeline(pipeline=declared)
    assert pipelines.ended(pipelines.executions()[0]["pipelineExecutionId"]) == "Failed"
    latest = pipelines.action("Source", "Source")["latestExecution"]
    assert "handshake" in latest["errorDetails"]["message"]
    connections.complete(arn)
    commit = connections.push("example-org/iris", "main", {"model": (b"3", False)}, "New model")
    until(lambda: len(pipelines.executions()) == 2)
    second = pipelines.executions()[0]
    assert second["trigger"]["triggerType"] == "WebhookV2"
    assert pipelines.ended(second["pipelineExecutionId"]) == "Succeeded"
    assert pipelines.executions()[0]["sourceRevisions"][0]["revisionId"] == commit
    connections.push("example-org/iris", "other", {"model": (b"4", False)}, "Elsewhere")
    time.sleep(0.2)
    assert len(pipelines.executions()) == 2


def test_a_trigger_without_filter_is_for_the_branch_of_its_action(pipelines):
    client = pipelines.client("codeconnections")
    arn = client.create_connection(ConnectionName="git", ProviderType="GitHub")["ConnectionArn"]
    connections.add_repository("example-org/iris", "main")
    where = {"ConnectionArn": arn, "FullRepositoryId": "example-org/iris", "BranchName": "main"}
    source = {
        **SOURCE,
        "actionTypeId": kind("Source", "CodeStarSourceConnection"),
        "configuration": {**where, "DetectChanges": "false"},
    }
    git: dict[str, Any] = {"sourceActionName": "Source"}
    trigger = {"providerType": "CodeStarSourceConnection", "gitConfiguration": git}
    declared = pipelines.declared(BUILD_STAGE, triggers=[trigger])
    declared["stages"][0] = {"name": "Source", "actions": [source]}
    pipelines.codepipeline.create_pipeline(pipeline=declared)
    connections.push("example-org/iris", "main", {"model": (b"3", False)}, "Nobody listens yet")
    time.sleep(0.2)
    assert len(pipelines.executions()) == 1
    connections.complete(arn)
    connections.push("example-org/iris", "other", {"model": (b"4", False)}, "Elsewhere")
    connections.push("example-org/iris", "main", {"model": (b"5", False)}, "Here")
    until(lambda: len(pipelines.executions()) == 2)
    assert pipelines.ended(pipelines.executions()[0]["pipelineExecutionId"]) == "Succeeded"
    assert len(pipelines.executions()) == 2
    create = pipelines.codepipeline.create_pipeline
    git["sourceActionName"] = "Elsewhere"
    declared |= {"name": "rose"}
    assert code_of(create, pipeline=declared) == "InvalidStructureException"
    git |= {"sourceActionName": "Source", "push": [{"branches": {"includes": ["other"]}}]}
    assert code_of(create, pipeline=declared) == "NotImplemented"


def test_a_source_needs_leave_to_upload_the_archive(pipelines):
    allowed = ["codecommit:GetBranch", "codecommit:GetCommit", "s3:*", "codebuild:*"]
    statement = {"Effect": "Allow", "Action": allowed, "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    policy = {"RoleName": "codepipeline", "PolicyName": "a", "PolicyDocument": document}
    pipelines.client("iam").put_role_policy(**policy)
    iam.force(True)
    assert pipelines.ended(pipelines.create(BUILD_STAGE)) == "Failed"
    latest = pipelines.action("Source", "Source")["latestExecution"]
    assert latest["errorDetails"]["code"] == "PermissionError"
    assert "codecommit:UploadArchive" in latest["errorDetails"]["message"]
