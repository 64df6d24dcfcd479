"""EventBridge delivers: to every kind of target, where it may, and again after failures."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws import controls, events, faults, iam, work
from local_aws.process import Embedded

HUB, MEMBER, OTHER, REGION = "444455556666", "111111111111", "222222222222", "us-east-1"
SOURCE = {"source": ["shop"]}

Clients = Callable[..., Any]


def settle() -> None:
    """Wait until nothing is under way any more."""
    limit = time.monotonic() + 20
    while work.under_way() and time.monotonic() < limit:
        time.sleep(0.01)
    assert not work.under_way()
    assert not work.failures()


def put(clients: Clients, *details: dict[str, Any], account: str = HUB, **more: Any) -> Any:
    """PutEvents, and wait until everything is delivered."""
    entries = [
        {"Source": "shop", "DetailType": "sold", "Detail": json.dumps(detail), **more}
        for detail in details
    ]
    answer = clients("events", account).put_events(Entries=entries)
    settle()
    return answer


def queue(clients: Clients, name: str, principal: Any, account: str = HUB, **more: Any) -> str:
    """A queue that admits a principal; its ARN."""
    arn = f"arn:aws:sqs:{REGION}:{account}:{name}"
    statement = {
        "Effect": "Allow",
        "Principal": principal,
        "Action": "sqs:SendMessage",
        "Resource": arn,
        **more,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    clients("sqs", account).create_queue(QueueName=name, Attributes={"Policy": policy})
    return arn


def received(clients: Clients, arn: str) -> list[dict[str, Any]]:
    """Everything in a queue."""
    account, name = arn.split(":")[4:]
    client = clients("sqs", account)
    url = client.get_queue_url(QueueName=name)["QueueUrl"]
    answer = client.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
    )
    found: list[dict[str, Any]] = answer.get("Messages", [])
    return found


def rule(
    clients: Clients,
    *targets: dict[str, Any],
    pattern: object = SOURCE,
    account: str = HUB,
    **more: Any,
) -> str:
    """A rule with targets; its ARN."""
    client = clients("events", account)
    bus = {"EventBusName": more["EventBusName"]} if "EventBusName" in more else {}
    arn = client.put_rule(Name="rule", EventPattern=json.dumps(pattern), **more)["RuleArn"]
    ids = [{"Id": str(number), **target} for number, target in enumerate(targets)]
    client.put_targets(Rule="rule", Targets=ids, **bus)
    return str(arn)


def role(clients: Clients, name: str, actions: list[str], account: str = HUB) -> str:
    """A role EventBridge may assume."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    allowed = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}],
    }
    client = clients("iam", account)
    arn = client.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    client.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps(allowed))
    return str(arn["Arn"])


EVENTS = {"Service": "events.amazonaws.com"}


def test_an_event_reaches_the_queue_of_the_rule_that_means_it(clients: Clients) -> None:
    arn = queue(clients, "sold", EVENTS)
    rule(clients, {"Arn": arn}, pattern={"source": ["shop"], "detail": {"price": [5]}})
    answer = put(clients, {"price": 5}, {"price": 6})
    assert answer["FailedEntryCount"] == 0
    (message,) = received(clients, arn)
    body = json.loads(message["Body"])
    assert body["id"] == answer["Entries"][0]["EventId"]
    assert (body["account"], body["region"], body["detail"]) == (HUB, REGION, {"price": 5})
    assert body["detail-type"] == "sold"
    (delivery,) = events.deliveries()
    assert delivery.ok
    assert delivery.target == arn


def test_a_target_that_does_not_admit_eventbridge_gets_nothing(clients: Clients) -> None:
    sender = f"arn:aws:events:{REGION}:{HUB}:rule/another"
    only = {"ArnEquals": {"aws:SourceArn": sender}}
    arn = queue(clients, "sold", EVENTS, Condition=only)
    rule_arn = rule(clients, {"Arn": arn})
    put(clients, {})
    assert received(clients, arn) == []
    (delivery,) = events.deliveries()
    assert not delivery.ok
    assert delivery.sender == rule_arn
    assert delivery.why.startswith("AccessDenied: events.amazonaws.com is not authorized")


def test_what_cannot_be_delivered_goes_to_the_dead_letter_queue(clients: Clients) -> None:
    dead = queue(clients, "dead", EVENTS)
    missing = f"arn:aws:sqs:{REGION}:{HUB}:missing"
    rule_arn = rule(clients, {"Arn": missing, "DeadLetterConfig": {"Arn": dead}})
    put(clients, {"n": 1})
    (message,) = received(clients, dead)
    attributes = {k: v["StringValue"] for k, v in message["MessageAttributes"].items()}
    assert attributes["RULE_ARN"] == rule_arn
    assert attributes["TARGET_ARN"] == missing
    assert attributes["ERROR_CODE"] == "NO_PERMISSIONS"
    assert json.loads(message["Body"])["detail"] == {"n": 1}


def test_what_may_pass_is_tried_again(clients: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    arn = queue(clients, "sold", EVENTS)
    rule(clients, {"Arn": arn})
    calls = []
    original = events.delivery.targets.call

    def throttled_twice(*given: Any) -> None:
        calls.append(given)
        if len(calls) <= 2:
            refused = {"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}
            raise ClientError({**refused, "ResponseMetadata": {"HTTPStatusCode": 400}}, "Send")
        original(*given)

    monkeypatch.setattr(events.delivery.targets, "call", throttled_twice)
    put(clients, {})
    assert len(received(clients, arn)) == 1
    (delivery,) = events.deliveries()
    assert (delivery.ok, delivery.tries) == (True, 3)


def test_events_are_delivered_twice_on_demand(clients: Clients) -> None:
    arn = queue(clients, "sold", EVENTS)
    rule(clients, {"Arn": arn})
    events.set_copies(2)
    put(clients, {"n": 1})
    first, second = received(clients, arn)
    assert first["Body"] == second["Body"]


def test_copies_are_one_again_in_an_emptied_world(aws: Embedded) -> None:
    assert events.copies() == 1
    with pytest.raises(ValueError, match="1 to 10"):
        events.set_copies(0)


def test_disabled_rules_deliver_nothing_and_neither_do_schedules(clients: Clients) -> None:
    arn = queue(clients, "sold", EVENTS)
    rule(clients, {"Arn": arn}, State="DISABLED")
    client = clients("events")
    client.put_rule(Name="hourly", ScheduleExpression="rate(1 hour)")
    client.put_targets(Rule="hourly", Targets=[{"Id": "q", "Arn": arn}])
    put(clients, {})
    assert received(clients, arn) == []
    client.enable_rule(Name="rule")
    put(clients, {})
    assert len(received(clients, arn)) == 1


def test_at_night_every_enabled_schedule_falls_due_once(clients: Clients) -> None:
    arn = queue(clients, "sold", EVENTS)
    client = clients("events")
    nightly = client.put_rule(Name="nightly", ScheduleExpression="cron(0 3 * * ? *)")["RuleArn"]
    client.put_rule(Name="off", ScheduleExpression="rate(1 day)", State="DISABLED")
    for name in ("nightly", "off"):
        client.put_targets(Rule=name, Targets=[{"Id": "q", "Arn": arn}])
    rule(clients, {"Arn": arn}, pattern={"source": ["aws.events"]})
    assert controls.answer("PUT", "night", b"") == {"rules": (nightly,)}
    settle()
    (message,) = received(clients, arn)
    event = json.loads(message["Body"])
    told = {name: event[name] for name in ("source", "detail-type", "resources", "detail")}
    assert told == {
        "source": "aws.events",
        "detail-type": "Scheduled Event",
        "resources": [nightly],
        "detail": {},
    }


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ({"Input": '{"fixed": true}'}, '{"fixed": true}'),
        ({"InputPath": "$.detail"}, '{"who": "Anna", "list": [1, 2], "a-b": "c"}'),
        ({"InputPath": "$.detail.list[1]"}, "2"),
        (
            {
                "InputTransformer": {
                    "InputPathsMap": {"who": "$.detail.who", "ab": "$.detail.a-b"},
                    "InputTemplate": '"<who> is <ab>, <unknown>"',
                }
            },
            '"Anna is c, <unknown>"',
        ),
        (
            {
                "InputTransformer": {
                    "InputPathsMap": {"who": "$.detail.who", "all": "$.detail.list", "no": "$.x"},
                    "InputTemplate": '{"name": <who>, "list": <all>, "text": "l: <all><no>"}',
                }
            },
            '{"name": "Anna", "list": [1, 2], "text": "l: [1, 2]"}',
        ),
        (
            {"InputTransformer": {"InputTemplate": '{"rule": "<aws.events.rule-name>"}'}},
            '{"rule": "rule"}',
        ),
    ],
)
def test_inputs_are_shaped(clients: Clients, shape: dict[str, Any], expected: str) -> None:
    arn = queue(clients, "sold", EVENTS)
    rule(clients, {"Arn": arn, **shape})
    put(clients, {"who": "Anna", "list": [1, 2], "a-b": "c"})
    (message,) = received(clients, arn)
    assert message["Body"] == expected


def test_a_service_s_event_reaches_a_topic_s_reader(clients: Clients) -> None:
    topic = clients("sns").create_topic(Name="news")["TopicArn"]
    arn = queue(clients, "news", {"Service": "sns.amazonaws.com"})
    clients("sns").subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"}
    )
    rule(clients, {"Arn": topic, "Input": '"Hello"'}, pattern={"source": ["aws.codepipeline"]})
    emitted = {"source": "aws.codepipeline", "detail_type": "state", "detail": {"a": 1}}
    events.emit(HUB, REGION, **emitted)
    settle()
    assert received(clients, arn) == []  # the topic's default policy names no service
    statement = {
        "Effect": "Allow",
        "Principal": EVENTS,
        "Action": "sns:Publish",
        "Resource": topic,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    clients("sns").set_topic_attributes(
        TopicArn=topic, AttributeName="Policy", AttributeValue=policy
    )
    events.emit(HUB, REGION, **emitted)
    settle()
    (message,) = received(clients, arn)
    assert message["Body"] == '"Hello"'


def test_another_account_s_bus_takes_what_its_policy_admits(clients: Clients) -> None:
    bus = f"arn:aws:events:{REGION}:{OTHER}:event-bus/default"
    arn = queue(clients, "sold", EVENTS, OTHER)
    rule(clients, {"Arn": arn}, account=OTHER)
    refused = put(clients, {}, EventBusName=bus)
    assert refused["Entries"][0]["ErrorCode"] == "AccessDeniedException"
    clients("events", OTHER).put_permission(
        Action="events:PutEvents", Principal=HUB, StatementId="hub"
    )
    assert put(clients, {"n": 2}, EventBusName=bus)["FailedEntryCount"] == 0
    (message,) = received(clients, arn)
    assert json.loads(message["Body"])["account"] == HUB
    unknown = put(clients, {}, EventBusName="nowhere")
    assert unknown["Entries"][0]["ErrorCode"] == "InvalidArgument"


def test_rules_send_events_on_to_a_bus_but_not_to_a_third(clients: Clients) -> None:
    second = f"arn:aws:events:{REGION}:{OTHER}:event-bus/default"
    third = f"arn:aws:events:{REGION}:{MEMBER}:event-bus/default"
    for account, admitted in ((OTHER, HUB), (MEMBER, OTHER)):
        clients("events", account).put_permission(
            Action="events:PutEvents", Principal=admitted, StatementId="in"
        )
    forward = role(clients, "forward", ["events:PutEvents"])
    rule(clients, {"Arn": second, "RoleArn": forward}, pattern={"source": ["aws.sagemaker"]})
    kept = queue(clients, "kept", EVENTS, OTHER)
    rule(
        clients,
        {"Arn": kept},
        {"Arn": third},
        pattern={"source": ["aws.sagemaker"], "account": [HUB]},
        account=OTHER,
    )
    event_id = events.emit(HUB, REGION, source="aws.sagemaker", detail_type="state", detail={})
    settle()
    (message,) = received(clients, kept)
    body = json.loads(message["Body"])
    assert (body["id"], body["account"], body["source"]) == (event_id, HUB, "aws.sagemaker")
    failed = [one for one in events.deliveries() if not one.ok]
    assert [one.target for one in failed] == [third]
    assert "third" in failed[0].why


def test_a_role_that_does_not_trust_eventbridge_is_of_no_use(clients: Clients) -> None:
    name = "OrganizationAccountAccessRole"
    second = f"arn:aws:events:{REGION}:{OTHER}:event-bus/default"
    rule(clients, {"Arn": second, "RoleArn": f"arn:aws:iam::{HUB}:role/{name}"})
    put(clients, {})
    (delivery,) = events.deliveries()
    assert "sts:AssumeRole" in delivery.why


def test_entries_are_refused_one_by_one(clients: Clients) -> None:
    client = clients("events")
    good = {"Source": "shop", "DetailType": "sold", "Detail": "{}"}
    answer = client.put_events(
        Entries=[
            good,
            {**good, "Source": "aws.sagemaker"},
            {**good, "Detail": "{"},
            {**good, "Detail": "[]"},
            {"DetailType": "sold", "Detail": "{}"},
        ]
    )
    assert answer["FailedEntryCount"] == 4
    assert [entry.get("ErrorCode") for entry in answer["Entries"]] == [
        None,
        "NotAuthorizedForSourceException",
        "MalformedDetail",
        "MalformedDetail",
        "InvalidArgument",
    ]


def test_a_request_takes_ten_entries_and_a_megabyte(clients: Clients) -> None:
    client = clients("events")
    good = {"Source": "shop", "DetailType": "sold", "Detail": "{}"}
    with pytest.raises(ClientError, match="ValidationException"):
        client.put_events(Entries=[good] * 11)
    large = {**good, "Detail": json.dumps({"text": "x" * 600_000})}
    assert client.put_events(Entries=[large])["FailedEntryCount"] == 0
    with pytest.raises(ClientError, match="over the limit"):
        client.put_events(Entries=[large, large])


def test_malformed_rules_and_targets_are_refused(clients: Clients) -> None:
    client = clients("events")
    with pytest.raises(ClientError, match="Unrecognized match type") as refused:
        client.put_rule(Name="bad", EventPattern='{"source": [{"begins": "x"}]}')
    assert refused.value.response["Error"]["Code"] == "InvalidEventPatternException"
    client.put_rule(Name="rule", EventPattern=json.dumps(SOURCE))
    pipeline = f"arn:aws:codepipeline:{REGION}:{HUB}:iris"
    queue_arn = f"arn:aws:sqs:{REGION}:{HUB}:q"
    for target, code, words in (
        ({"Arn": pipeline}, "ValidationException", "RoleArn is required"),
        ({"Arn": queue_arn, "InputPath": "detail"}, "ValidationException", "no JSON path"),
        ({"Arn": queue_arn, "InputPath": "$", "Input": "{}"}, "ValidationException", "Only one"),
        (
            {"Arn": f"arn:aws:kinesis:{REGION}:{HUB}:stream/s"},
            "NotImplemented",
            "not implemented",
        ),
    ):
        with pytest.raises(ClientError, match=words) as error:
            client.put_targets(Rule="rule", Targets=[{"Id": "1", **target}])
        assert error.value.response["Error"]["Code"] == code


def test_patterns_can_be_tried(clients: Clients) -> None:
    client = clients("events")
    event = {
        "id": "1",
        "source": "shop",
        "detail-type": "sold",
        "account": HUB,
        "time": "2024-01-01T00:00:00Z",
        "region": REGION,
        "resources": [],
        "detail": {},
    }
    text = json.dumps(event)
    assert client.test_event_pattern(EventPattern='{"source": ["shop"]}', Event=text)["Result"]
    assert not client.test_event_pattern(EventPattern='{"source": ["x"]}', Event=text)["Result"]
    with pytest.raises(ClientError, match="Event is not valid"):
        client.test_event_pattern(EventPattern='{"source": ["x"]}', Event="{}")


def test_a_log_group_keeps_events(clients: Clients) -> None:
    logs = clients("logs")
    logs.create_log_group(logGroupName="/aws/events/shop")
    arn = f"arn:aws:logs:{REGION}:{HUB}:log-group:/aws/events/shop"
    rule(clients, {"Arn": arn})
    put(clients, {"n": 1})
    assert not events.deliveries()[0].ok
    statement = {
        "Effect": "Allow",
        "Principal": EVENTS,
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": f"{arn}:*",
    }
    logs.put_resource_policy(
        policyName="events",
        policyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    put(clients, {"n": 2})
    (kept,) = logs.filter_log_events(logGroupName="/aws/events/shop")["events"]
    assert json.loads(kept["message"])["detail"] == {"n": 2}


def test_faults_do_not_strike_deliveries(clients: Clients) -> None:
    arn = queue(clients, "sold", EVENTS)
    rule(clients, {"Arn": arn})
    faults.set(faults.Faults(fail=(faults.Fault(operation="sqs:SendMessage", error="Broken"),)))
    put(clients, {})
    faults.reset()
    assert len(received(clients, arn)) == 1


def pipeline(clients: Clients) -> str:
    """A pipeline without a repository: its executions fail, but they are there; its ARN."""
    trusted = clients("iam").create_role(
        RoleName="pipeline",
        AssumeRolePolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "codepipeline.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                    }
                ],
            }
        ),
    )
    clients("s3").create_bucket(Bucket="artifacts-444455556666")
    source = {
        "name": "Source",
        "actionTypeId": {
            "category": "Source",
            "owner": "AWS",
            "provider": "CodeCommit",
            "version": "1",
        },
        "configuration": {"RepositoryName": "code", "BranchName": "main"},
        "outputArtifacts": [{"name": "Source"}],
    }
    approval = {
        "name": "Approve",
        "actionTypeId": {
            "category": "Approval",
            "owner": "AWS",
            "provider": "Manual",
            "version": "1",
        },
    }
    clients("codepipeline").create_pipeline(
        pipeline={
            "name": "iris",
            "roleArn": trusted["Role"]["Arn"],
            "pipelineType": "V2",
            "artifactStore": {"type": "S3", "location": "artifacts-444455556666"},
            "stages": [
                {"name": "Source", "actions": [source]},
                {"name": "Approval", "actions": [approval]},
            ],
        }
    )
    settle()
    return f"arn:aws:codepipeline:{REGION}:{HUB}:iris"


@pytest.mark.parametrize(
    ("allowed", "runs"), [("codepipeline:StartPipelineExecution", 2), ("codepipeline:Get*", 0)]
)
def test_an_event_starts_a_pipeline_under_the_target_s_role(
    clients: Clients, allowed: str, runs: int
) -> None:
    target = {"Arn": pipeline(clients), "RoleArn": role(clients, "starter", [allowed])}
    rule(clients, target)
    client = clients("codepipeline")
    before = len(client.list_pipeline_executions(pipelineName="iris")["pipelineExecutionSummaries"])
    events.set_copies(2)
    iam.force(True)
    put(clients, {})
    found = client.list_pipeline_executions(pipelineName="iris")["pipelineExecutionSummaries"]
    assert len(found) - before == runs
    outcomes = events.deliveries()
    assert [one.ok for one in outcomes] == [bool(runs)] * 2
    if not runs:
        assert "codepipeline:StartPipelineExecution" in outcomes[0].why
