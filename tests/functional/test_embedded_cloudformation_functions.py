"""Custom resources and Lambda functions: real handlers in processes of their own."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

HANDLER = """\
import json, os, urllib.request
import boto3
def handler(event, context):
    print("asked to", event["RequestType"])
    wanted = event["ResourceProperties"]
    answer = {
        "Status": "FAILED" if wanted.get("Fail") == event["RequestType"] else "SUCCESS",
        "Reason": "because it was asked to",
        "PhysicalResourceId": wanted.get("Id", "the-thing"),
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "Data": {
            "Who": boto3.client("sts").get_caller_identity()["Arn"],
            "Colour": os.environ["COLOUR"],
            "Number": repr(wanted["Number"]),
            "Old": json.dumps(event.get("OldResourceProperties", {}).get("Number")),
        },
    }
    body = json.dumps(answer).encode()
    request = urllib.request.Request(event["ResponseURL"], data=body, method="PUT")
    urllib.request.urlopen(request)
"""


def template(number: int = 1, more: str = "", timeout: int = 20) -> str:
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    return f"""
Resources:
  Role: {{Type: AWS::IAM::Role, Properties: {{AssumeRolePolicyDocument: {json.dumps(trust)}}}}}
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: module.handler
      Role: !GetAtt Role.Arn
      Timeout: {timeout}
      Environment: {{Variables: {{COLOUR: red}}}}
      Code: {{S3Bucket: code-bucket, S3Key: code.zip}}
  Thing:
    Type: Custom::Thing
    Properties: {{ServiceToken: !GetAtt Function.Arn, Number: {number}{more}}}
Outputs:
  Who: {{Value: !GetAtt Thing.Who}}
  Colour: {{Value: !GetAtt Thing.Colour}}
  Number: {{Value: !GetAtt Thing.Number}}
  Old: {{Value: !GetAtt Thing.Old}}
  Ref: {{Value: !Ref Thing}}
"""


@pytest.fixture
def cloudformation(clients) -> Any:
    s3 = clients("s3")
    s3.create_bucket(Bucket="code-bucket")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("module.py", HANDLER)
    s3.put_object(Bucket="code-bucket", Key="code.zip", Body=packed.getvalue())
    return clients("cloudformation")


def create(client: Any, body: str) -> dict[str, Any]:
    client.create_stack(StackName="s", TemplateBody=body, Capabilities=["CAPABILITY_IAM"])
    return client.describe_stacks(StackName="s")["Stacks"][0]


def outputs(stack: dict[str, Any]) -> dict[str, str]:
    return {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}


def reasons(client: Any) -> str:
    events = client.describe_stack_events(StackName="s")["StackEvents"]
    return " ".join(event.get("ResourceStatusReason", "") for event in events)


def test_the_handler_runs_under_its_role_through_the_whole_life(clients, cloudformation):
    stack = create(cloudformation, template())
    found = outputs(stack)
    assert "assumed-role/s-Role-" in found["Who"]
    assert found["Colour"] == "red"
    assert found["Number"] == "'1'"
    assert found["Ref"] == "the-thing"
    cloudformation.update_stack(
        StackName="s", TemplateBody=template(2), Capabilities=["CAPABILITY_IAM"]
    )
    found = outputs(cloudformation.describe_stacks(StackName="s")["Stacks"][0])
    assert (found["Number"], found["Old"]) == ("'2'", '"1"')
    group = clients("logs").describe_log_groups()["logGroups"][0]["logGroupName"]
    cloudformation.delete_stack(StackName="s")
    events = clients("logs").filter_log_events(logGroupName=group)["events"]
    said = "\n".join(event["message"] for event in events)
    assert all(f"asked to {kind}" in said for kind in ("Create", "Update", "Delete"))


def test_a_handler_that_fails_rolls_the_stack_back(cloudformation):
    stack = create(cloudformation, template(more=", Fail: Create"))
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "because it was asked to" in reasons(cloudformation)


def test_a_handler_whose_update_fails_is_asked_to_undo_it(clients, cloudformation):
    create(cloudformation, template())
    allowed = ["CAPABILITY_IAM"]
    cloudformation.update_stack(
        StackName="s", TemplateBody=template(2, ", Fail: Update"), Capabilities=allowed
    )
    (stack,) = cloudformation.describe_stacks(StackName="s")["Stacks"]
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    group = clients("logs").describe_log_groups()["logGroups"][0]["logGroupName"]
    events = clients("logs").filter_log_events(logGroupName=group)["events"]
    assert sum("asked to Update" in event["message"] for event in events) == 2


def test_a_service_token_stays(cloudformation):
    create(cloudformation, template())
    other = "arn:aws:lambda:us-east-1:444455556666:function:other"
    changed = template().replace("!GetAtt Function.Arn", other)
    cloudformation.update_stack(
        StackName="s", TemplateBody=changed, Capabilities=["CAPABILITY_IAM"]
    )
    (stack,) = cloudformation.describe_stacks(StackName="s")["Stacks"]
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert "Modifying service token is not allowed" in reasons(cloudformation)


@pytest.mark.parametrize(
    ("line", "wrong", "reason"),
    [
        ('event["RequestId"]', '"another"', "Invalid response object"),
        ('os.environ["COLOUR"]', '"x" * 5000', "Response object is too long"),
    ],
)
def test_an_answer_that_aws_does_not_take(clients, cloudformation, line, wrong, reason):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("module.py", HANDLER.replace(line, wrong))
    clients("s3").put_object(Bucket="code-bucket", Key="code.zip", Body=packed.getvalue())
    create(cloudformation, template())
    assert reason in reasons(cloudformation)


def test_a_handler_that_never_answers_is_not_waited_for(clients, cloudformation):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(
            "module.py", "def handler(event, context):\n    raise RuntimeError('oh')\n"
        )
    clients("s3").put_object(Bucket="code-bucket", Key="code.zip", Body=packed.getvalue())
    stack = create(cloudformation, template())
    assert stack["StackStatus"] == "ROLLBACK_FAILED"  # its deletion is asked for too
    assert "did not receive a response" in reasons(cloudformation)
    assert "'oh'" in reasons(cloudformation)


def test_a_function_is_invoked_on_the_server_and_calls_back(running):
    iam, functions = running.client("iam"), running.client("lambda")
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    made = iam.create_role(RoleName="function", AssumeRolePolicyDocument=json.dumps(trust))
    role = made["Role"]["Arn"]
    packed = io.BytesIO()
    code = (
        "import boto3\n"
        "def handler(event, context):\n"
        "    boto3.client('s3').create_bucket(Bucket=event['bucket'])\n"
        "    return {'left': context.get_remaining_time_in_millis() > 1000}\n"
    )
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("code.py", code)
    functions.create_function(
        FunctionName="maker",
        Runtime="python3.13",
        Handler="code.handler",
        Role=role,
        Timeout=30,
        Code={"ZipFile": packed.getvalue()},
    )
    event = json.dumps({"bucket": "made-by-function"})
    answer = functions.invoke(FunctionName="maker", Payload=event)
    assert json.loads(answer["Payload"].read()) == {"left": True}
    names = [bucket["Name"] for bucket in running.client("s3").list_buckets()["Buckets"]]
    assert names == ["made-by-function"]
    failed = functions.invoke(FunctionName="maker", Payload=b"{}")
    assert failed["FunctionError"]
    assert json.loads(failed["Payload"].read())["errorType"] == "KeyError"
