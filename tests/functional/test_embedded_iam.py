"""IAM of the embedded AWS: every call recorded, denied ones refused where that is in force."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws import iam
from local_aws.errors import Refusal
from local_aws.process import Embedded

HUB, MEMBER = "444455556666", "111111111111"
BUCKET = "example-bucket"
MakeRole = Callable[..., str]


@pytest.fixture
def forced(aws: Embedded) -> Iterator[Embedded]:
    """The embedded AWS with denials in force."""
    iam.force(True)
    yield aws
    iam.force(False)


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


@pytest.fixture
def role(aws: Embedded) -> MakeRole:
    """Make a role with one policy: `role("reader", allow(…))`; answers its ARN."""

    def make(
        name: str, *statements: dict[str, Any], account: str = HUB, trusted: Any = None, **more: Any
    ) -> str:
        trust = {"Principal": trusted or {"AWS": account}, "Action": "sts:AssumeRole"}
        client = aws.client("iam", account)
        made = client.create_role(
            RoleName=name, AssumeRolePolicyDocument=document({"Effect": "Allow", **trust}), **more
        )
        if statements:
            client.put_role_policy(
                RoleName=name, PolicyName="own", PolicyDocument=document(*statements)
            )
        return str(made["Role"]["Arn"])

    return make


def refusal(call: Callable[..., Any], **params: Any) -> dict[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**params)
    return dict(caught.value.response["Error"])  # type: ignore[arg-type]


def last(action: str) -> iam.Record:
    return next(record for record in reversed(iam.records()) if record.action == action)


def test_a_call_is_recorded_and_not_refused_unless_in_force(aws: Embedded, role: MakeRole) -> None:
    arn = role("idle")
    aws.client("sagemaker", HUB, "idle").list_models()
    found = last("sagemaker:ListModels")
    assert (found.account, found.role, found.call) == (HUB, arn, "sagemaker:ListModels")
    assert (found.verdict, found.where) == ("implicit deny", "identity-based policy")


def test_a_denied_call_is_refused_as_aws_words_it(forced: Embedded, role: MakeRole) -> None:
    role("idle")
    error = refusal(forced.client("sagemaker", HUB, "idle").describe_model, ModelName="iris")
    resource = f"arn:aws:sagemaker:us-east-1:{HUB}:model/iris"
    assert error["Code"] == "AccessDeniedException"
    assert error["Message"] == (
        f"User: arn:aws:sts::{HUB}:assumed-role/idle/local-aws is not authorized to perform: "
        f"sagemaker:DescribeModel on resource: {resource} because no identity-based policy allows "
        "the sagemaker:DescribeModel action"
    )


@pytest.mark.parametrize(
    ("service", "method", "params", "code"),
    [
        ("s3", "list_objects_v2", {"Bucket": BUCKET}, "AccessDenied"),
        ("sns", "list_topics", {}, "AuthorizationError"),
        ("iam", "list_roles", {}, "AccessDenied"),
        ("lambda", "list_functions", {}, "AccessDeniedException"),
        ("cloudformation", "describe_stacks", {"StackName": "s"}, "AccessDenied"),
        ("codepipeline", "list_pipelines", {}, "AccessDeniedException"),
        ("ec2", "describe_vpcs", {}, "UnauthorizedOperation"),
    ],
)
def test_the_code_is_the_protocols(
    forced: Embedded, role: MakeRole, service: str, method: str, params: dict[str, str], code: str
) -> None:
    role("idle")
    client = forced.client(service, HUB, "idle")
    assert refusal(getattr(client, method), **params)["Code"] == code


def test_who_is_allowed_and_why(forced: Embedded, role: MakeRole) -> None:
    role("reader", allow("s3:ListBucket", f"arn:aws:s3:::{BUCKET}", Sid="See"))
    forced.client("s3", HUB).create_bucket(Bucket=BUCKET)
    client = forced.client("s3", HUB, "reader")
    client.list_objects_v2(Bucket=BUCKET)
    assert last("s3:ListBucket").statements == ("reader/own, statement 0 (See)",)
    assert refusal(client.put_object, Bucket=BUCKET, Key="k", Body=b"")["Code"] == "AccessDenied"


def test_an_explicit_deny_wins(forced: Embedded, role: MakeRole) -> None:
    role("most", allow("sns:*"), {**allow("sns:CreateTopic"), "Effect": "Deny"})
    client = forced.client("sns", HUB, "most")
    client.list_topics()
    error = refusal(client.create_topic, Name="news")
    assert error["Message"].endswith("with an explicit deny in an identity-based policy")


def test_a_bucket_of_another_account_needs_both_sides(forced: Embedded, role: MakeRole) -> None:
    reader = role("reader", allow("s3:GetObject", f"arn:aws:s3:::{BUCKET}/*"), account=MEMBER)
    role("other", account=MEMBER)
    hub = forced.client("s3", HUB)
    hub.create_bucket(Bucket=BUCKET)
    hub.put_object(Bucket=BUCKET, Key="k", Body=b"x")
    theirs = forced.client("s3", MEMBER, "reader")
    error = refusal(theirs.get_object, Bucket=BUCKET, Key="k")
    assert "no resource-based policy allows the s3:GetObject action" in error["Message"]
    admits = allow("s3:GetObject", f"arn:aws:s3:::{BUCKET}/*", Principal={"AWS": MEMBER})
    admits["Condition"] = {
        "StringEquals": {"aws:PrincipalOrgID": "o-exampleorg1"},
        "ArnLike": {"aws:PrincipalArn": reader},
        "ForAnyValue:StringLike": {
            "aws:PrincipalOrgPaths": "o-exampleorg1/r-ab12/ou-ab12-20000000/*"
        },
    }
    hub.put_bucket_policy(Bucket=BUCKET, Policy=document(admits))
    assert theirs.get_object(Bucket=BUCKET, Key="k")["Body"].read() == b"x"
    other = forced.client("s3", MEMBER, "other")
    assert refusal(other.get_object, Bucket=BUCKET, Key="k")["Code"] == "AccessDenied"


def test_object_tags_open_objects(forced: Embedded, role: MakeRole) -> None:
    tagged = {"StringEquals": {"s3:ExistingObjectTag/open": "yes", "s3:ResourceAccount": HUB}}
    role("reader", allow("s3:GetObject", Condition=tagged))
    hub = forced.client("s3", HUB)
    hub.create_bucket(Bucket=BUCKET)
    hub.put_object(Bucket=BUCKET, Key="open", Body=b"x", Tagging="open=yes")
    hub.put_object(Bucket=BUCKET, Key="shut", Body=b"x")
    client = forced.client("s3", HUB, "reader")
    client.get_object(Bucket=BUCKET, Key="open")
    assert refusal(client.get_object, Bucket=BUCKET, Key="shut")["Code"] == "AccessDenied"
    assert last("s3:GetObject").unsure == (
        "the request has no condition key s3:existingobjecttag/open",
    )


def test_who_may_not_list_is_not_told_what_is_missing(forced: Embedded, role: MakeRole) -> None:
    forced.client("s3", HUB).create_bucket(Bucket=BUCKET)
    objects = allow("s3:GetObject", f"arn:aws:s3:::{BUCKET}/*")
    role("reader", objects)
    role("lister", objects, allow("s3:ListBucket", f"arn:aws:s3:::{BUCKET}"))
    reader, lister = (forced.client("s3", HUB, name) for name in ("reader", "lister"))
    wanted = {"Bucket": BUCKET, "Key": "missing.txt"}
    assert refusal(lister.get_object, **wanted)["Code"] == "NoSuchKey"
    assert refusal(lister.head_object, **wanted)["Code"] == "404"
    error = refusal(reader.get_object, **wanted)
    assert error["Code"] == "AccessDenied"
    assert "s3:ListBucket" in error["Message"]
    assert refusal(reader.head_object, **wanted)["Code"] == "403"


def test_images_of_aws_are_for_every_role_that_may(forced: Embedded, role: MakeRole) -> None:
    built_in = "arn:aws:ecr:us-east-1:683313688378:repository/sagemaker-xgboost"
    role("puller", allow("ecr:BatchGetImage", built_in))
    role("homely", allow("ecr:BatchGetImage", f"arn:aws:ecr:us-east-1:{HUB}:repository/*"))
    wanted = {"repositoryName": "sagemaker-xgboost", "imageIds": [{"imageTag": "1.7-1"}]}
    for name, allowed in (("puller", True), ("homely", False)):
        ecr = forced.client("ecr", HUB, name)
        refusal(ecr.batch_get_image, registryId="683313688378", **wanted)
        assert last("ecr:BatchGetImage").allowed is allowed, name


def test_the_session_of_a_role_that_is_gone_is_nobody(forced: Embedded, role: MakeRole) -> None:
    named = role("reader", allow("s3:GetObject"))
    keys = {"Bucket": BUCKET, "Key": "a"}
    owner = forced.client("s3", HUB)
    owner.create_bucket(Bucket=BUCKET)
    owner.put_object(**keys, Body=b"a")
    grant = {**allow("s3:GetObject", f"arn:aws:s3:::{BUCKET}/*"), "Principal": {"AWS": named}}
    owner.put_bucket_policy(Bucket=BUCKET, Policy=document(grant))
    reader = forced.client("s3", HUB, "reader")
    reader.get_object(**keys)
    people = forced.client("iam", HUB)
    people.delete_role_policy(RoleName="reader", PolicyName="own")
    reader.get_object(**keys)
    people.delete_role(RoleName="reader")
    assert refusal(reader.get_object, **keys)["Code"] == "AccessDenied"


def test_a_session_that_begins_another_has_an_hour(forced: Embedded, role: MakeRole) -> None:
    role("caller", allow("sts:AssumeRole"))
    target = role("target", trusted={"AWS": HUB}, MaxSessionDuration=7200)
    sts = forced.client("sts", HUB, "caller")
    wanted = {"RoleArn": target, "RoleSessionName": "night"}
    sts.assume_role(**wanted, DurationSeconds=3600)
    error = refusal(sts.assume_role, **wanted, DurationSeconds=7200)
    assert error["Code"] == "ValidationError"
    assert "role chaining" in error["Message"]
    root = forced.client("sts", HUB)
    error = refusal(root.assume_role, **wanted, DurationSeconds=10800)
    assert "MaxSessionDuration" in error["Message"]


def test_a_boundary_narrows(forced: Embedded, role: MakeRole) -> None:
    made = forced.client("iam", HUB).create_policy(
        PolicyName="bound", PolicyDocument=document(allow("sns:ListTopics"))
    )
    role("bounded", allow("*"), PermissionsBoundary=made["Policy"]["Arn"])
    client = forced.client("sns", HUB, "bounded")
    client.list_topics()
    assert refusal(client.create_topic, Name="news")["Message"].endswith(
        "because no permissions boundary allows the sns:CreateTopic action"
    )


def test_a_service_control_policy_narrows_the_account(forced: Embedded) -> None:
    organizations = forced.client("organizations", "777788889999")
    made = organizations.create_policy(
        Name="no-topics",
        Description="",
        Type="SERVICE_CONTROL_POLICY",
        Content=document({"Effect": "Deny", "Action": "sns:*", "Resource": "*"}),
    )
    policy = made["Policy"]["PolicySummary"]["Id"]
    organizations.attach_policy(PolicyId=policy, TargetId="ou-ab12-20000000")
    forced.client("sns", HUB).list_topics()
    error = refusal(forced.client("sns", MEMBER).list_topics)
    assert error["Message"].endswith("with an explicit deny in a service control policy")


def test_passing_a_role(forced: Embedded, role: MakeRole) -> None:
    runs = role("runs", trusted={"Service": "sagemaker.amazonaws.com"})
    to = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
    role("maker", allow("sagemaker:CreateModel"), allow("iam:PassRole", runs, Condition=to))
    role("careless", allow("sagemaker:CreateModel"))
    image = "111122223333.dkr.ecr.us-east-1.amazonaws.com/x:1"
    wanted = {"ExecutionRoleArn": runs, "PrimaryContainer": {"Image": image}}
    error = refusal(
        forced.client("sagemaker", HUB, "careless").create_model, ModelName="a", **wanted
    )
    assert f"not authorized to perform: iam:PassRole on resource: {runs}" in error["Message"]
    forced.client("sagemaker", HUB, "maker").create_model(ModelName="a", **wanted)


def test_assuming_a_role_needs_both_sides_across_accounts(forced: Embedded, role: MakeRole) -> None:
    caller = role("caller", allow("sts:AssumeRole"), account=MEMBER)
    role("stranger", account=MEMBER)
    target = role("target", trusted={"AWS": f"arn:aws:iam::{MEMBER}:root"})
    sts = forced.client("sts", MEMBER, "caller")
    given = sts.assume_role(RoleArn=target, RoleSessionName="night")
    assert given["AssumedRoleUser"]["Arn"].endswith("assumed-role/target/night")
    stranger = forced.client("sts", MEMBER, "stranger")
    error = refusal(stranger.assume_role, RoleArn=target, RoleSessionName="night")
    assert "no identity-based policy allows the sts:AssumeRole action" in error["Message"]
    narrow = document(
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{MEMBER}:root"},
            "Action": "sts:AssumeRole",
            "Condition": {"ArnNotEquals": {"aws:PrincipalArn": caller}},
        }
    )
    forced.client("iam", HUB).update_assume_role_policy(RoleName="target", PolicyDocument=narrow)
    error = refusal(sts.assume_role, RoleArn=target, RoleSessionName="night")
    assert "no role trust policy allows" in error["Message"]


def test_a_stack_without_a_role_has_its_callers_permissions(
    forced: Embedded, role: MakeRole
) -> None:
    template = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
    role("stacker", allow("cloudformation:*"))
    client = forced.client("cloudformation", HUB, "stacker")
    client.create_stack(StackName="news", TemplateBody=template)
    (stack,) = client.describe_stacks(StackName="news")["Stacks"]
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    denied = last("sns:CreateTopic")
    assert denied.role.endswith("role/stacker")
    assert not denied.allowed
    via = {"StringEquals": {"aws:CalledViaLast": "cloudformation.amazonaws.com"}}
    role("maker", allow("cloudformation:*"), allow("sns:*", Condition=via))
    client = forced.client("cloudformation", HUB, "maker")
    client.create_stack(StackName="letters", TemplateBody=template)
    (stack,) = client.describe_stacks(StackName="letters")["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert refusal(forced.client("sns", HUB, "maker").list_topics)["Code"] == "AuthorizationError"


def test_a_role_made_again_is_another(forced: Embedded, role: MakeRole) -> None:
    role("seer", allow("sns:ListTopics"))
    before = forced.client("sns", HUB, "seer")
    before.list_topics()
    people = forced.client("iam", HUB)
    people.delete_role_policy(RoleName="seer", PolicyName="own")
    people.delete_role(RoleName="seer")
    role("seer", allow("sns:ListTopics"))
    assert refusal(before.list_topics)["Code"] == "AuthorizationError"
    forced.client("sns", HUB, "seer").list_topics()


def test_a_service_as_itself_needs_the_resources_policy(aws: Embedded) -> None:
    sns = aws.client("sns", HUB)
    topic = sns.create_topic(Name="news")["TopicArn"]
    rule = f"arn:aws:events:us-east-1:{HUB}:rule/r"
    asked = {"principal": "events.amazonaws.com", "action": "sns:Publish", "resource": topic}
    with pytest.raises(Refusal, match="no resource-based policy"):
        iam.service_may(**asked, source_arn=rule)
    admits = allow("sns:Publish", topic, Principal={"Service": "events.amazonaws.com"})
    admits["Condition"] = {"ArnEquals": {"aws:SourceArn": rule}}
    sns.set_topic_attributes(
        TopicArn=topic, AttributeName="Policy", AttributeValue=document(admits)
    )
    iam.service_may(**asked, source_arn=rule)
    with pytest.raises(Refusal):
        iam.service_may(**asked, source_arn=f"{rule}2")


def test_what_a_role_does_beside_the_api(forced: Embedded, role: MakeRole) -> None:
    connection = f"arn:aws:codeconnections:us-east-1:{HUB}:connection/1"
    arn = role("puller", allow("codeconnections:UseConnection", connection))
    iam.role_may(role_arn=arn, action="codeconnections:UseConnection", resource=connection)
    with pytest.raises(Refusal, match="codecommit:GitPush"):
        iam.role_may(role_arn=arn, action="codecommit:GitPush", resource=connection)


def test_the_records_over_the_servers_own_interface(running: Any) -> None:
    assert running.ask("PUT", "iam", {"in_force": True}) == {"in_force": True}
    running.client("sns").list_topics()
    found = running.ask("GET", "iam")
    assert found["in_force"]
    assert found["records"][-1]["action"] == "sns:ListTopics"
    assert running.ask("PUT", "iam", {"in_force": False}) == {"in_force": False}
    with pytest.raises(ValueError, match="in_force"):
        running.ask("PUT", "iam", {"in_force": "yes"})
