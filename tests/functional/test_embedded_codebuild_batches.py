"""Batch builds of the embedded CodeBuild, alone and in a pipeline."""

from __future__ import annotations

import io
import json
import time
import zipfile
from dataclasses import dataclass
from typing import Any

import pytest

from catalog.aws import Service
from catalog.rehearsing import facts
from local_aws import iam, work
from tests.functional.test_embedded_codebuild import MEMBER, REGION, TRUST, Builds, spec
from tests.functional.test_embedded_codepipeline import BUILD, Pipelines

LIST = [
    {"identifier": "one", "env": {"variables": {"N": "1"}}},
    {"identifier": "two", "env": {"variables": {"N": "2"}}, "ignore-failure": True},
]
STARTS = {
    "Effect": "Allow",
    "Action": ["codebuild:StartBuild", "codebuild:StopBuild", "codebuild:RetryBuild"],
    "Resource": f"arn:aws:codebuild:{REGION}:{MEMBER}:project/*",
}


def make_batch_role(client: Any, *statements: dict[str, Any]) -> str:
    """A role that may start and stop the builds of a batch, and nothing else."""
    made = client.create_role(RoleName="batch", AssumeRolePolicyDocument=json.dumps(TRUST))
    document = {"Version": "2012-10-17", "Statement": list(statements or [STARTS])}
    client.put_role_policy(
        RoleName="batch", PolicyName="batch", PolicyDocument=json.dumps(document)
    )
    return str(made["Role"]["Arn"])


class Batches(Builds):
    """CodeBuild with a project whose batches have a role of their own."""

    def batched(self, *commands: str, config: dict[str, Any] | None = None, **batch: Any) -> None:
        role = make_batch_role(self.client("iam"))
        text = spec(*commands, batch=batch)
        self.project(text, buildBatchConfig={"serviceRole": role, **(config or {})})

    def run(self, **order: Any) -> dict[str, Any]:
        batch = self.codebuild.start_build_batch(projectName="iris", **order)["buildBatch"]
        assert batch["buildBatchStatus"] == "IN_PROGRESS"
        return self.over(batch["id"])

    def over(self, identifier: str) -> dict[str, Any]:
        limit = time.monotonic() + 20
        while time.monotonic() < limit:
            (batch,) = self.codebuild.batch_get_build_batches(ids=[identifier])["buildBatches"]
            if batch["complete"]:
                return dict(batch)
            time.sleep(0.02)
        raise AssertionError(batch)

    def began(self, batch: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """The builds of a batch that began, by their identifiers."""
        groups = {
            one["identifier"]: one["currentBuildSummary"]["arn"]
            for one in batch["buildGroups"]
            if "currentBuildSummary" in one
        }
        found = self.codebuild.batch_get_builds(ids=list(groups.values()))["builds"]
        of = {build["arn"]: build for build in found}
        return {name: of[arn] for name, arn in groups.items()}


@pytest.fixture
def batches(clients) -> Batches:
    return Batches(clients)


@pytest.fixture(autouse=True)
def _nothing_failed_inside(aws):
    yield
    assert work.failures() == ()


def why(batch: dict[str, Any]) -> tuple[str, str]:
    (phase, *_) = [one for one in batch["phases"] if one["phaseStatus"] != "SUCCEEDED"]
    return phase["phaseType"], phase["contexts"][0]["message"]


def test_a_list_runs_each_build_with_its_variables(batches):
    batches.batched(
        'echo "$CODEBUILD_BATCH_BUILD_IDENTIFIER is $N for $WHO"', **{"build-list": LIST}
    )
    variables = [{"name": name, "value": "us"} for name in ("WHO", "N")]
    batch = batches.run(environmentVariablesOverride=variables)
    assert batch["buildBatchStatus"] == "SUCCEEDED", why(batch)
    assert [one["phaseType"] for one in batch["phases"]] == [
        "SUBMITTED",
        "DOWNLOAD_BATCHSPEC",
        "IN_PROGRESS",
        "SUCCEEDED",
    ]
    builds = batches.began(batch)
    for name, number in (("one", 1), ("two", 2)):
        assert f"{name} is {number} for us" in batches.log(builds[name])
        assert builds[name]["buildBatchArn"] == batch["arn"]
        assert builds[name]["initiator"] == batch["initiator"]
    listed = batches.codebuild.list_build_batches_for_project(projectName="iris")["ids"]
    assert listed == batches.codebuild.list_build_batches()["ids"] == [batch["id"]]
    none = batches.codebuild.list_build_batches(filter={"status": "FAILED"})
    assert none["ids"] == []


def test_every_build_of_a_batch_is_told(batches):
    client = batches.client("sqs")
    queue = client.create_queue(QueueName="told")["QueueUrl"]
    arn = f"arn:aws:sqs:{REGION}:{MEMBER}:told"
    allow = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}}
    statement = {**allow, "Action": "sqs:SendMessage", "Resource": arn}
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    client.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": text})
    pattern = {
        "source": ["aws.codebuild"],
        "detail-type": ["CodeBuild Build State Change"],
        "detail": {"build-status": ["SUCCEEDED"]},
    }
    batches.client("events").put_rule(Name="told", EventPattern=json.dumps(pattern))
    batches.client("events").put_targets(Rule="told", Targets=[{"Id": "q", "Arn": arn}])
    batches.batched("true", **{"build-list": LIST})
    builds = batches.began(batches.run())
    heard: set[str] = set()
    limit = time.monotonic() + 10
    while len(heard) < 2 and time.monotonic() < limit:
        found = client.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
        heard |= {
            json.loads(one["Body"])["detail"]["build-id"] for one in found.get("Messages", ())
        }
    assert heard == {build["arn"] for build in builds.values()}


def test_a_graph_keeps_its_order_and_stops_behind_a_failure(batches):
    tasks = [
        {"identifier": "last", "depend-on": ["first"]},
        {"identifier": "first", "ignore-failure": True, "env": {"variables": {"FAIL": "1"}}},
        {"identifier": "bad", "depend-on": ["last"], "env": {"variables": {"FAIL": "1"}}},
        {"identifier": "never", "depend-on": ["bad"]},
    ]
    batches.batched('test -z "$FAIL"', **{"build-graph": tasks})
    batch = batches.run()
    assert batch["buildBatchStatus"] == "FAILED"
    assert why(batch) == ("IN_PROGRESS", "Builds failed: bad")
    builds = batches.began(batch)
    assert set(builds) == {"first", "last", "bad"}
    assert builds["last"]["startTime"] >= builds["first"]["endTime"]
    (group,) = [one for one in batch["buildGroups"] if one["identifier"] == "never"]
    assert group == {"identifier": "never", "dependsOn": ["bad"], "ignoreFailure": False}


def test_a_failure_that_is_ignored_leaves_a_batch_successful(batches):
    batches.batched('test "$N" = 1', **{"build-list": LIST})
    batch = batches.run()
    assert batch["buildBatchStatus"] == "SUCCEEDED"
    builds = batches.began(batch)
    assert [builds[name]["buildStatus"] for name in ("one", "two")] == ["SUCCEEDED", "FAILED"]


def test_fast_fail_stops_what_runs(batches):
    tasks = [{"identifier": "slow", "env": {"variables": {"SLOW": "1"}}}, {"identifier": "bad"}]
    command = 'if [ "$SLOW" ]; then sleep 60; else exit 1; fi'
    batches.batched(command, **{"build-list": tasks, "fast-fail": True})
    batch = batches.run()
    assert batch["buildBatchStatus"] == "FAILED"
    assert batches.began(batch)["slow"]["buildStatus"] == "STOPPED"


def test_a_batch_may_be_stopped(batches):
    batches.batched("sleep 60", **{"build-list": LIST})
    batch = batches.codebuild.start_build_batch(projectName="iris")["buildBatch"]
    batches.codebuild.stop_build_batch(id=batch["id"])
    batch = batches.over(batch["arn"])
    assert batch["buildBatchStatus"] == "STOPPED"
    assert batch["phases"][-1]["phaseType"] == "STOPPED"
    assert all(one["buildStatus"] == "STOPPED" for one in batches.began(batch).values())


@pytest.mark.parametrize(
    ("config", "batch", "expected"),
    [
        ({}, {"build-list": {}}, "must be a list"),
        ({"restrictions": {"maximumBuildsAllowed": 1}}, {"build-list": LIST}, "more than the max"),
        (
            {"restrictions": {"computeTypesAllowed": ["BUILD_GENERAL1_LARGE"]}},
            {"build-list": LIST},
            "one: BUILD_GENERAL1_SMALL is none of the computeTypesAllowed",
        ),
    ],
)
def test_a_batch_that_may_not_be_says_why(batches, config, batch, expected):
    batches.batched("true", config=config, **batch)
    ended = batches.run()
    assert ended["buildBatchStatus"] == "FAILED"
    phase, message = why(ended)
    assert phase == "DOWNLOAD_BATCHSPEC"
    assert expected in message
    assert ended["buildGroups"] == []


def test_what_codebuild_refuses_is_refused(batches, refused):
    batches.project()
    start = batches.codebuild.start_build_batch
    text = refused("InvalidInputException", start, projectName="iris")
    assert "batch configuration" in text
    refused("ResourceNotFoundException", start, projectName="none")
    refused("ResourceNotFoundException", batches.codebuild.stop_build_batch, id="iris:none")
    refused("InvalidInputException", batches.codebuild.list_build_batches_for_project)
    asked = batches.codebuild.batch_get_build_batches(ids=["iris:none"])
    assert asked["buildBatchesNotFound"] == ["iris:none"]
    client = batches.client("iam")
    trust = json.dumps(TRUST).replace("codebuild.", "lambda.")
    role = client.create_role(RoleName="other", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    update = batches.codebuild.update_project
    for config in ({"serviceRole": role}, {"combineArtifacts": True}):
        refused("InvalidInputException", update, name="iris", buildBatchConfig=config)
    update(name="iris", buildBatchConfig={})


def test_the_role_of_the_batch_starts_its_builds(batches):
    batches.batched("true", **{"build-list": LIST[:1]})
    iam.force(True)
    assert batches.run()["buildBatchStatus"] == "SUCCEEDED"
    batches.client("iam").delete_role_policy(RoleName="batch", PolicyName="batch")
    ended = batches.run()
    assert ended["buildBatchStatus"] == "FAILED"
    _, message = why(ended)
    assert "one could not be started" in message
    assert "codebuild:StartBuild" in message


def test_a_template_gives_a_project_its_batch_configuration(batches):
    config = {
        "ServiceRole": make_batch_role(batches.client("iam")),
        "TimeoutInMins": 30,
        "CombineArtifacts": True,
        "Restrictions": {"MaximumBuildsAllowed": 3},
    }
    properties = {
        "Name": "iris",
        "ServiceRole": batches.role,
        "Source": {"Type": "NO_SOURCE", "BuildSpec": spec("true", batch={"build-list": LIST})},
        "Artifacts": {"Type": "NO_ARTIFACTS"},
        "Environment": {
            "Type": "LINUX_CONTAINER",
            "Image": "aws/codebuild/standard:7.0",
            "ComputeType": "BUILD_GENERAL1_SMALL",
        },
        "BuildBatchConfig": config,
    }
    project = {"Type": "AWS::CodeBuild::Project", "Properties": properties}
    template = json.dumps({"Resources": {"Project": project}})
    batches.client("cloudformation").create_stack(StackName="iris", TemplateBody=template)
    (made,) = batches.codebuild.batch_get_projects(names=["iris"])["projects"]
    assert made["buildBatchConfig"] == {
        "serviceRole": config["ServiceRole"],
        "timeoutInMins": 30,
        "combineArtifacts": True,
        "restrictions": {"maximumBuildsAllowed": 3},
    }
    batch = batches.run(buildBatchConfigOverride={"combineArtifacts": False})
    assert batch["buildBatchStatus"] == "SUCCEEDED"


@dataclass
class Ground:
    """What explanations of a rehearsal look at."""

    pipelines: Pipelines

    def service(self, name: str, account: str) -> Service:
        return Service(client=self.pipelines.client(name))


class TestInAPipeline:
    """A CodeBuild action with `BatchEnabled`."""

    COMMAND = 'mkdir -p out && cp model "out/$CODEBUILD_BATCH_BUILD_IDENTIFIER"'

    @pytest.fixture
    def pipelines(self, clients) -> Pipelines:
        made = Pipelines(clients)
        role = make_batch_role(made.client("iam"))
        made.client("codebuild").update_project(
            name="build", buildBatchConfig={"serviceRole": role}
        )
        batched = ["codebuild:StartBuildBatch", "codebuild:BatchGetBuildBatches"]
        project = f"arn:aws:codebuild:{REGION}:{MEMBER}:project/build"
        statements = [
            {"Effect": "Allow", "Action": batched, "Resource": project},
            {"Effect": "Allow", "Action": ["s3:*", "codecommit:*"], "Resource": "*"},
        ]
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        made.client("iam").put_role_policy(
            RoleName="codepipeline", PolicyName="a", PolicyDocument=document
        )
        iam.force(True)
        return made

    def buildspec(self, pipelines: Pipelines, command: str) -> None:
        content = {
            "version": 0.2,
            "batch": {"build-list": LIST},
            "phases": {"build": {"commands": [command]}},
            "artifacts": {
                "files": ["**/*"],
                "base-directory": "out",
                "secondary-artifacts": {"copy": {"files": ["model"]}},
            },
        }
        source = {"type": "CODEPIPELINE", "buildspec": json.dumps(content)}
        pipelines.client("codebuild").update_project(name="build", source=source)

    def run(self, pipelines: Pipelines, *outputs: str, **settings: str) -> str:
        action = {
            **BUILD,
            "configuration": {"ProjectName": "build", "BatchEnabled": "true", **settings},
            "outputArtifacts": [{"name": name} for name in outputs],
        }
        first = pipelines.create({"name": "Build", "actions": [action]})
        return pipelines.ended(first)

    def given(self, pipelines: Pipelines) -> dict[str, set[str]]:
        """The files of each output artifact of the build action."""
        details = pipelines.codepipeline.list_action_executions(pipelineName="iris")
        runs = {one["actionName"]: one for one in details["actionExecutionDetails"]}
        found = {}
        for one in runs["Build"]["output"]["outputArtifacts"]:
            place = one["s3location"]
            body = pipelines.client("s3").get_object(Bucket=place["bucket"], Key=place["key"])
            with zipfile.ZipFile(io.BytesIO(body["Body"].read())) as archive:
                found[one["name"]] = set(archive.namelist())
        return found

    def test_outputs_go_by_the_names_of_builds_and_artifacts(self, pipelines):
        self.buildspec(pipelines, self.COMMAND)
        assert self.run(pipelines, "one", "two", "two_copy") == "Succeeded"
        assert self.given(pipelines) == {"one": {"one"}, "two": {"two"}, "two_copy": {"model"}}

    def test_combined_there_is_one_output(self, pipelines):
        self.buildspec(pipelines, self.COMMAND)
        assert self.run(pipelines, "all", CombineArtifacts="true") == "Succeeded"
        assert self.given(pipelines) == {"all": {"one", "two"}}

    def test_files_of_one_name_are_not_combined(self, pipelines):
        self.buildspec(pipelines, "mkdir out && cp model out/same")
        assert self.run(pipelines, "all", CombineArtifacts="true") == "Failed"
        text = pipelines.action("Build", "Build")["latestExecution"]["errorDetails"]["message"]
        assert "COMBINE_ARTIFACTS" in text
        assert "same is in the artifacts of one and two" in text

    def test_a_batch_that_fails_fails_its_action(self, pipelines):
        self.buildspec(pipelines, 'mkdir out && test "$N" = 2')
        assert self.run(pipelines) == "Failed"
        text = pipelines.action("Build", "Build")["latestExecution"]["errorDetails"]["message"]
        assert "Builds failed: one" in text
        (told,) = facts._actions(Ground(pipelines), MEMBER)
        assert told.group == "/aws/codebuild/build"
        assert any("exit status 1" in line for line in told.log)
