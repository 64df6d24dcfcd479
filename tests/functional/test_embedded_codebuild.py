"""Builds of the embedded CodeBuild really run."""

from __future__ import annotations

import importlib.util
import io
import json
import os
import time
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws import iam

MEMBER, REGION = "111111111111", "us-east-1"
BUCKET = "sources-111111111111"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "codebuild.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
ANYTHING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


def zipped(files: dict[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return packed.getvalue()


def spec(*commands: str, **more: Any) -> str:
    return json.dumps({"version": 0.2, "phases": {"build": {"commands": commands}}, **more})


class Builds:
    """CodeBuild in a member account, with a role and a bucket."""

    def __init__(self, clients: Callable[..., Any]) -> None:
        self.client = lambda service: clients(service, MEMBER)
        self.codebuild = self.client("codebuild")
        iam = self.client("iam")
        role = iam.create_role(RoleName="builds", AssumeRolePolicyDocument=json.dumps(TRUST))
        self.role = role["Role"]["Arn"]
        document = json.dumps(ANYTHING)
        iam.put_role_policy(RoleName="builds", PolicyName="all", PolicyDocument=document)
        self.client("s3").create_bucket(Bucket=BUCKET)

    def project(self, buildspec: str | None = None, **more: Any) -> None:
        source = {"type": "NO_SOURCE", "buildspec": buildspec or spec("true")}
        self.codebuild.create_project(
            **{
                "name": "iris",
                "source": source,
                "artifacts": {"type": "NO_ARTIFACTS"},
                "environment": {
                    "type": "LINUX_CONTAINER",
                    "image": "aws/codebuild/standard:7.0",
                    "computeType": "BUILD_GENERAL1_SMALL",
                },
                "serviceRole": self.role,
                **more,
            }
        )

    def ended(self, **order: Any) -> dict[str, Any]:
        build = self.codebuild.start_build(projectName="iris", **order)["build"]
        assert build["buildStatus"] == "IN_PROGRESS"
        return self.end_of(build["id"])

    def end_of(self, identifier: str) -> dict[str, Any]:
        limit = time.monotonic() + 20
        while time.monotonic() < limit:
            (build,) = self.codebuild.batch_get_builds(ids=[identifier])["builds"]
            if build["buildComplete"]:
                return dict(build)
            time.sleep(0.02)
        raise AssertionError(build)

    def log(self, build: dict[str, Any]) -> str:
        found = self.client("logs").get_log_events(
            logGroupName=build["logs"]["groupName"], logStreamName=build["logs"]["streamName"]
        )
        return "".join(event["message"] for event in found["events"])


@pytest.fixture
def builds(clients) -> Builds:
    return Builds(clients)


def failure(build: dict[str, Any]) -> tuple[str, str, str]:
    (phase,) = [one for one in build["phases"] if one.get("phaseStatus") == "FAILED"]
    (context,) = phase["contexts"]
    return phase["phaseType"], context["statusCode"], context["message"]


def test_commands_share_one_shell_and_say_so_in_the_log(builds):
    builds.project(spec("mkdir below && cd below", "export WHO=world", 'echo "hi $WHO in $PWD"'))
    build = builds.ended()
    assert build["buildStatus"] == "SUCCEEDED"
    assert [one["phaseType"] for one in build["phases"]] == [
        "SUBMITTED",
        "QUEUED",
        "PROVISIONING",
        "DOWNLOAD_SOURCE",
        "INSTALL",
        "PRE_BUILD",
        "BUILD",
        "POST_BUILD",
        "UPLOAD_ARTIFACTS",
        "FINALIZING",
        "COMPLETED",
    ]
    assert "hi world in" in builds.log(build)
    assert "/below" in builds.log(build)
    assert build["logs"]["groupName"] == "/aws/codebuild/iris"


def test_a_build_inherits_nothing_and_works_under_its_role(builds, monkeypatch):
    monkeypatch.setenv("OUR_OWN", "leaks")
    code = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])"
    builds.project(
        spec(
            'echo "leak: [$OUR_OWN]"',
            f'python -c "{code}"',
            'echo "started by $CODEBUILD_INITIATOR, number $CODEBUILD_BUILD_NUMBER"',
            "git config --global user.name someone && test -f $HOME/.gitconfig",
        )
    )
    build = builds.ended()
    log = builds.log(build)
    assert build["buildStatus"] == "SUCCEEDED", log
    assert "leak: []" in log
    assert f"arn:aws:sts::{MEMBER}:assumed-role/builds/AWSCodeBuild-" in log
    assert "number 1" in log
    assert os.environ["OUR_OWN"] == "leaks"


def test_a_build_has_a_python_of_its_own(builds):
    package = (
        "[project]\nname = 'handmade'\nversion = '1'\n"
        "[build-system]\nrequires = []\nbuild-backend = 'backend'\nbackend-path = ['.']\n"
    )
    backend = """
import zipfile

def build_wheel(folder, *_, **__):
    name, about = "handmade-1-py3-none-any.whl", "handmade-1.dist-info"
    with zipfile.ZipFile(f"{folder}/{name}", "w") as wheel:
        wheel.writestr("handmade.py", "")
        facts = "Metadata-Version: 2.1\\nName: handmade\\nVersion: 1\\n"
        wheel.writestr(f"{about}/METADATA", facts)
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\\nTag: py3-none-any\\n")
        wheel.writestr(f"{about}/RECORD", "")
    return name
"""
    source = {"pyproject.toml": package, "backend.py": backend}
    builds.client("s3").put_object(Bucket=BUCKET, Key="handmade.zip", Body=zipped(source))
    commands = (
        'for name in catalog local_aws moto jinja2; do ! python -c "import $name" || exit 3; done',
        "python -m pip install --quiet boto3 && pip install --quiet .",
        'python -c "import handmade"',
        "! python -c \"import urllib.request as u; u.urlopen('http://example.com', timeout=5)\"",
    )
    place = {"type": "S3", "location": f"{BUCKET}/handmade.zip", "buildspec": spec(*commands)}
    builds.project(source=place)
    build = builds.ended()
    assert build["buildStatus"] == "SUCCEEDED", builds.log(build)
    assert importlib.util.find_spec("handmade") is None


def test_a_failing_command_ends_its_phase_and_names_itself(builds):
    phases = {
        "build": {"commands": ["exit 3", "echo unreached"], "finally": ["echo tidying"]},
        "post_build": {"commands": ['echo "succeeding: $CODEBUILD_BUILD_SUCCEEDING"']},
    }
    builds.project(json.dumps({"version": 0.2, "phases": phases}))
    build = builds.ended()
    assert build["buildStatus"] == "FAILED"
    assert failure(build) == (
        "BUILD",
        "COMMAND_EXECUTION_ERROR",
        "Error while executing command: exit 3. Reason: exit status 3",
    )
    log = builds.log(build)
    assert "tidying" in log
    assert "succeeding: 0" in log
    assert "\nunreached" not in log


def test_a_failed_install_ends_the_build_unless_told_to_go_on(builds):
    install = {"commands": ["false"]}
    after = {"commands": ["echo went on"]}
    whole = {"version": 0.2, "phases": {"install": install, "build": after}}
    builds.project(json.dumps(whole))
    assert "\nwent on" not in builds.log(builds.ended())
    install["on-failure"] = "CONTINUE"  # type: ignore[assignment]
    build = builds.ended(buildspecOverride=json.dumps(whole))
    assert "\nwent on" in builds.log(build)
    assert build["buildStatus"] == "FAILED"


def test_variables_of_every_kind_and_their_order(builds):
    builds.client("ssm").put_parameter(Name="/iris/key", Value="from-store", Type="SecureString")
    builds.client("secretsmanager").create_secret(
        Name="iris", SecretString=json.dumps({"password": "opensesame"})
    )
    env = {
        "variables": {"A": "buildspec", "B": "buildspec", "C": "buildspec"},
        "parameter-store": {"KEY": "/iris/key"},
        "secrets-manager": {"PASSWORD": "iris:password"},
        "exported-variables": ["A", "B", "C", "LENGTH"],
    }
    show = 'export LENGTH=${#PASSWORD}; echo "$KEY and $PASSWORD"'
    image = {"type": "LINUX_CONTAINER", "image": "a", "computeType": "BUILD_GENERAL1_SMALL"}
    own = [{"name": name, "value": "project"} for name in "BC"]
    builds.project(spec(show, env=env), environment={**image, "environmentVariables": own})
    build = builds.ended(environmentVariablesOverride=[{"name": "C", "value": "request"}])
    exported = {one["name"]: one["value"] for one in build["exportedEnvironmentVariables"]}
    assert exported == {"A": "buildspec", "B": "project", "C": "request", "LENGTH": "10"}
    log = builds.log(build)
    assert "*** and ***" in log
    assert "opensesame" not in log


def test_source_from_s3_and_artifacts_to_s3(builds):
    s3 = builds.client("s3")
    written = spec(
        "mkdir out && cp note.txt out/",
        artifacts={"files": ["**/*"], "base-directory": "out"},
    )
    content = zipped({"note.txt": "hello", "steps/b.json": written})
    s3.put_object(Bucket=BUCKET, Key="code.zip", Body=content)
    builds.project(
        source={"type": "S3", "location": f"{BUCKET}/code.zip", "buildspec": "steps/b.json"},
        artifacts={
            "type": "S3",
            "location": BUCKET,
            "path": "given",
            "name": "iris.zip",
            "packaging": "ZIP",
        },
    )
    build = builds.ended()
    assert build["buildStatus"] == "SUCCEEDED", builds.log(build)
    found = s3.get_object(Bucket=BUCKET, Key="given/iris.zip")["Body"].read()
    with zipfile.ZipFile(io.BytesIO(found)) as archive:
        assert archive.namelist() == ["note.txt"]


def test_source_from_a_repository(builds):
    codecommit = builds.client("codecommit")
    codecommit.create_repository(repositoryName="code")
    made = codecommit.put_file(
        repositoryName="code",
        branchName="main",
        fileContent=spec("echo $CODEBUILD_RESOLVED_SOURCE_VERSION").encode(),
        filePath="buildspec.yml",
    )
    url = f"https://git-codecommit.{REGION}.amazonaws.com/v1/repos/code"
    builds.project(source={"type": "CODECOMMIT", "location": url})
    build = builds.ended()
    assert build["buildStatus"] == "SUCCEEDED", failure(build)
    assert build["resolvedSourceVersion"] == made["commitId"]
    policy = {"Effect": "Allow", "Action": ["logs:*", "codecommit:Get*"], "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [policy]})
    role = {"RoleName": "builds", "PolicyName": "all", "PolicyDocument": document}
    builds.client("iam").put_role_policy(**role)
    iam.force(True)
    phase, _, message = failure(builds.ended())
    assert phase == "DOWNLOAD_SOURCE"
    assert "codecommit:GitPull" in message


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"artifacts": {"files": ["nothing*"]}}, "no matching artifact paths found"),
        ({"version": 0.1}, "version must be 0.2"),
        ({"env": {"parameter-store": {"A": "/none"}}}, "parameter does not exist: /none"),
        (
            {"phases": {"install": {"runtime-versions": {"java": "corretto21"}}}},
            "runtime java corretto21 is not in the embedded AWS",
        ),
    ],
)
def test_what_breaks_a_build_is_told(builds, more, expected):
    artifacts = {"type": "S3", "location": BUCKET, "packaging": "ZIP"}
    builds.project(
        spec("true") if not more else json.dumps({**json.loads(spec("true")), **more}),
        artifacts=artifacts,
    )
    build = builds.ended()
    assert build["buildStatus"] == "FAILED"
    assert expected in failure(build)[2]


def test_a_build_is_stopped_and_tried_again(builds):
    builds.project(spec("sleep 60"))
    started = builds.codebuild.start_build(projectName="iris")["build"]["id"]
    builds.codebuild.stop_build(id=started)
    build = builds.end_of(started)
    assert build["buildStatus"] == "STOPPED"
    builds.codebuild.update_project(
        name="iris", source={"type": "NO_SOURCE", "buildspec": spec("true")}
    )
    again = builds.codebuild.retry_build(id=started)["build"]
    builds.codebuild.stop_build(id=again["id"])
    builds.end_of(again["id"])
    ids = builds.codebuild.list_builds_for_project(projectName="iris")["ids"]
    assert ids == [again["id"], started]


def test_a_stopped_build_runs_no_further_command(builds):
    builds.project(spec(*["true"] * 400))
    started = builds.codebuild.start_build(projectName="iris")["build"]["id"]
    builds.codebuild.stop_build(id=started)
    assert builds.end_of(started)["buildStatus"] == "STOPPED"


def test_an_install_from_an_index_fails_loudly(builds):
    builds.project(spec("python -m pip install --quiet no-such-package-anywhere"))
    phase, _, message = failure(builds.ended())
    assert phase == "BUILD"
    assert "no-such-package-anywhere" in message


def test_projects_are_kept_changed_and_refused(builds, refused_code):
    builds.project(description="first")
    builds.codebuild.update_project(name="iris", description="second")
    answer = builds.codebuild.batch_get_projects(names=["iris", "none"])
    assert answer["projects"][0]["description"] == "second"
    assert answer["projectsNotFound"] == ["none"]
    assert builds.codebuild.list_projects()["projects"] == ["iris"]
    assert refused_code(builds.project) == "ResourceAlreadyExistsException"
    start = builds.codebuild.start_build
    assert refused_code(start, projectName="none") == "ResourceNotFoundException"
    pipeline = {"type": "CODEPIPELINE"}
    builds.codebuild.update_project(name="iris", source=pipeline, artifacts=pipeline)
    assert refused_code(start, projectName="iris") == "InvalidInputException"
    builds.codebuild.delete_project(name="iris")
    assert builds.codebuild.list_projects()["projects"] == []


@pytest.fixture
def refused_code() -> Callable[..., str]:
    def ask(call: Callable[..., Any], **request: Any) -> str:
        with pytest.raises(ClientError) as caught:
            call(**request)
        return str(caught.value.response["Error"]["Code"])

    return ask
