"""The real taskcat against the embedded AWS: what passes, what fails and why, what is left."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from catalog.aws import connect
from catalog.aws.accounts import Accounts
from catalog.aws.session import Credentials, Session
from catalog.errors import EnvironmentFault
from catalog.foundation.staging import Stage
from catalog.model import Kind, Release, Scenario
from catalog.targets import Target
from catalog.taskcat import launching, recording, results
from local_aws import access
from tests.publishing_world import HUB, REGION, release

MANAGEMENT, MEMBER = "777788889999", "111111111111"
PYTHON = Path(__file__).parents[2] / ".venv-taskcat/bin/python"

GOOD = """\
Parameters:
  SageMakerProjectId: {Type: String}
  Size: {Type: String, AllowedValues: ["01", "02"]}
Resources:
  Kept:
    Type: AWS::S3::Bucket
    DeletionPolicy: Retain
    Properties: {BucketName: !Sub "sagemaker-${SageMakerProjectId}"}
  Topic:
    Type: AWS::SNS::Topic
"""
BAD = """\
Parameters:
  Topic: {Type: String}
Resources:
  First:
    Type: AWS::SNS::Topic
  Second:
    Type: AWS::SNS::Subscription
    DependsOn: First
    Properties: {TopicArn: !Ref Topic, Protocol: sqs, Endpoint: "arn:aws:sqs:us-east-1:1:q"}
"""
NOWHERE = "arn:aws:sns:us-east-1:111111111111:nowhere"


def scenario(name: str, **parameters: str) -> Scenario:
    return Scenario(name=name, summary="For this test.", parameters=parameters)


def job(name: str, template: str, *scenarios: Scenario, kind: Kind = Kind.PROJECT) -> launching.Job:
    made: Release = replace(release(name=name, kind=kind), template=template)
    return launching.Job(release=made, scenarios=scenarios)


@pytest.fixture
def site(running, tmp_path: Path) -> launching.Site:
    if not PYTHON.exists():
        pytest.skip("taskcat is not installed; `make taskcat` installs it")
    given = access.credentials(running.server, HUB)
    keys = Credentials(
        access_key=given.access_key, secret_key=given.secret_key, session_token=given.session_token
    )
    target = Target(
        name="local",
        account=HUB,
        regions=(REGION,),
        embedded=True,
        test_accounts={Kind.PROJECT: MEMBER},
    )
    hub = connect(target, REGION, endpoint=running.server.endpoint, credentials=keys)
    management = Session(
        region=REGION,
        endpoint=running.server.endpoint,
        credentials=Credentials(
            access_key=running.server.access_key, secret_key=running.server.secret_key
        ),
    )
    return launching.Site(
        target=target,
        accounts=Accounts(session=management, home=MANAGEMENT, role=access.ACCESS_ROLE),
        stage=Stage(target=target, gateways={REGION: hub}),
        folder=tmp_path / "taskcat",
        python=PYTHON,
        tell=lambda _: None,
    )


def test_each_product_is_judged_by_what_its_stacks_did(site: launching.Site, running) -> None:
    project = scenario("default", SageMakerProjectId="p-example", Size="01")
    refused = scenario("refused", SageMakerProjectId="p-example", Size="03")
    good = job("good", GOOD, project)
    bad = job("bad", BAD, scenario("default", Topic=NOWHERE))
    mixed = job("mixed", GOOD, project, refused)
    outcomes = launching.run([good, bad, mixed], site)

    said = [results.lines(outcome) for outcome in outcomes]
    assert [outcome.record.passed for outcome in outcomes] == [True, False, False], said
    (passed,), (failed,), (fine, out) = (outcome.results for outcome in outcomes)
    (kept,) = passed.retained
    assert kept.startswith("AWS::S3::Bucket sagemaker-p-")
    assert failed.failures[0].startswith("Second (AWS::SNS::Subscription): ")
    assert fine.passed
    assert "Size" in out.failures[0]

    stacks = running.client("cloudformation", MEMBER).describe_stacks()["Stacks"]
    assert stacks == []
    _files(site, good, bad)
    _once(site, good, bad)


def _files(site: launching.Site, good: launching.Job, bad: launching.Job) -> None:
    """Report, JUnit and record are where the publisher and people look for them."""
    assert "CREATE_COMPLETE" in (site.folder / "good/report/index.html").read_text()
    suite = ElementTree.parse(site.folder / "bad/junit.xml").getroot()[0]  # noqa: S314 - ours
    assert suite.get("failures") == "1"
    records = site.folder / "records"
    record = recording.passed(records, good.release, [REGION])
    assert record is not None
    assert (record.target, record.embedded, record.regions) == ("local", True, (REGION,))
    assert recording.passed(records, bad.release, [REGION]) is None
    assert recording.passed(records, replace(good.release, digest="0" * 64), [REGION]) is None
    assert recording.passed(records, good.release, [REGION, "eu-west-1"]) is None
    assert recording.passed(records, good.release, []) is None


def _once(site: launching.Site, good: launching.Job, bad: launching.Job) -> None:
    """What passed is not launched again, and needs no taskcat at all."""
    nowhere = replace(site, python=site.folder / "nowhere")
    (again,) = launching.run([good], nowhere)
    assert again.results == ()
    assert "nothing changed since" in results.lines(again)[0]
    for forced, jobs in ((True, [good]), (False, [bad])):
        with pytest.raises(EnvironmentFault, match="not installed"):
            launching.run(jobs, nowhere, forced=forced)


def test_foundation_scenarios_take_turns_in_their_account(site: launching.Site, running) -> None:
    """Two stacks with a resource of one name pass, because they never live at the same time."""
    template = """\
Parameters:
  Note: {Type: String}
Resources:
  Named:
    Type: AWS::SNS::Topic
    Properties: {TopicName: the-only-one, DisplayName: !Ref Note}
"""
    roles = job(
        "roles",
        template,
        scenario("one", Note="a"),
        scenario("two", Note="b"),
        kind=Kind.FOUNDATION,
    )
    (outcome,) = launching.run([roles], site)
    assert results.lines(outcome)[0].startswith("roles 1.0.0: passed on the embedded AWS, 2 stacks")
    # They went to the target's own account, for lack of a test account of that kind.
    sns = running.client("sns", HUB)
    assert sns.list_topics()["Topics"] == []


def test_what_a_broken_run_left_is_removed(site: launching.Site, running, tmp_path: Path) -> None:
    """A taskcat that launches and then dies, as an interpreter: stacks do not outlive the run."""
    dying = tmp_path / "dying"
    program = tmp_path / "program.py"
    program.write_text(
        "import os, runpy, sys\n"
        "import taskcat.testing._cfn_test as cfn\n"
        "cfn.CFNTest.clean_up = lambda self: os._exit(9)\n"
        "sys.argv = sys.argv[2:]\n"
        "runpy.run_path(sys.argv[0], run_name='__main__')\n"
    )
    dying.write_text(f'#!/bin/sh\nexec "{PYTHON}" -I "{program}" "$@"\n')
    dying.chmod(0o755)
    left = job("left", GOOD, scenario("default", SageMakerProjectId="p-1", Size="01"))
    with pytest.raises(EnvironmentFault, match="ended with code 9") as raised:
        launching.run([left], replace(site, python=dying))
    assert "left/default us-east-1 CREATE_COMPLETE" in str(raised.value)
    assert running.client("cloudformation", MEMBER).describe_stacks()["Stacks"] == []
    assert recording.passed(site.folder / "records", left.release, [REGION]) is None
