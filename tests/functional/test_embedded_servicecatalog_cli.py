"""The embedded Service Catalog through the AWS CLI, a client nobody here wrote."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from awscli.clidriver import create_clidriver

from local_aws import access, server

HUB, MEMBER, SCIENTIST = "444455556666", "111111111111", "data-scientist-iris"
BUCKET = f"templates-{HUB}"
TEMPLATE = """\
Parameters: {Size: {Type: String, Default: small, AllowedValues: [small, large]}}
Resources: {Topic: {Type: AWS::SNS::Topic}}
Outputs: {TopicArn: {Value: !Ref Topic}}
"""
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "servicecatalog.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}

Aws = Callable[..., Any]


@pytest.fixture(scope="module")
def running(tmp_path_factory, organization) -> Iterator[server.Server]:
    state = tmp_path_factory.mktemp("embedded-aws")
    yield server.up(state, organization, HUB, "us-east-1")
    server.down(state)


@pytest.fixture
def cli(running, monkeypatch, capsys) -> Callable[[str, str], Aws]:
    """The AWS CLI as a role of an account: its arguments in, its JSON out.

    It runs in this process, because starting Python for every command would take most of the time.
    """

    def acting(account: str, role: str) -> Aws:
        keys = access.credentials(running, account, role)
        world = access.exports(running.endpoint, "us-east-1", keys) | {"AWS_MAX_ATTEMPTS": "1"}

        def aws(*arguments: str) -> Any:
            for name, value in world.items():
                monkeypatch.setenv(name, value)
            code = create_clidriver().main([*arguments, "--output", "json"])
            done = capsys.readouterr()
            assert code == 0, done.err
            return json.loads(done.out) if done.out else None

        return aws

    return acting


def launch_role(cli: Callable[[str, str], Aws], account: str) -> str:
    made = cli(account, access.ACCESS_ROLE)(
        *("iam", "create-role", "--role-name", "project-launch"),
        *("--assume-role-policy-document", json.dumps(TRUST)),
    )
    return made["Role"]["Arn"]


def offer(aws: Aws, template: Path) -> tuple[str, str]:
    """As the hub: a product with a launch role, for data scientists below the OU of workloads."""
    aws("s3api", "create-bucket", "--bucket", BUCKET)
    aws("s3api", "put-object", "--bucket", BUCKET, "--key", "t.yaml", "--body", str(template))
    url = f"https://{BUCKET}.s3.us-east-1.amazonaws.com/t.yaml"
    portfolio = aws(
        *("servicecatalog", "create-portfolio"),
        *("--display-name", "Templates", "--provider-name", "ML platform"),
    )["PortfolioDetail"]["Id"]
    made = aws(
        *("servicecatalog", "create-product", "--name", "deployment", "--owner", "ML platform"),
        *("--product-type", "CLOUD_FORMATION_TEMPLATE", "--provisioning-artifact-parameters"),
        json.dumps({"Name": "1.0.0", "Info": {"LoadTemplateFromURL": url}}),
    )
    product = made["ProductViewDetail"]["ProductViewSummary"]["ProductId"]
    both = ("--portfolio-id", portfolio, "--product-id", product)
    aws("servicecatalog", "associate-product-with-portfolio", *both)
    aws(
        *("servicecatalog", "create-constraint", *both, "--type", "LAUNCH"),
        *("--parameters", json.dumps({"LocalRoleName": "project-launch"})),
    )
    aws(
        *("servicecatalog", "associate-principal-with-portfolio", "--portfolio-id", portfolio),
        *("--principal-type", "IAM_PATTERN", "--principal-arn"),
        "arn:aws:iam:::role/data-scientist-*",
    )
    shared = aws(
        *("servicecatalog", "create-portfolio-share", "--portfolio-id", portfolio),
        *("--organization-node", "Type=ORGANIZATIONAL_UNIT,Value=ou-ab12-20000000"),
        "--share-principals",
    )["PortfolioShareToken"]
    look = ("servicecatalog", "describe-portfolio-share-status", "--portfolio-share-token", shared)
    assert [aws(*look)["Status"] for _ in range(2)] == ["IN_PROGRESS", "COMPLETED"]
    return product, made["ProvisioningArtifactDetail"]["Id"]


def test_from_the_hub_to_a_stack_in_the_member_account(cli, tmp_path):
    template = tmp_path / "t.yaml"
    template.write_text(TEMPLATE)
    launch_role(cli, HUB)
    role = launch_role(cli, MEMBER)
    product, version = offer(cli(HUB, access.ACCESS_ROLE), template)
    aws = cli(MEMBER, SCIENTIST)
    (found,) = aws("servicecatalog", "search-products")["ProductViewSummaries"]
    assert (found["ProductId"], found["Name"]) == (product, "deployment")
    which = ("--product-id", product, "--provisioning-artifact-id", version)
    form = aws("servicecatalog", "describe-provisioning-parameters", *which)
    assert [one["ParameterKey"] for one in form["ProvisioningArtifactParameters"]] == ["Size"]
    made = aws(
        *("servicecatalog", "provision-product", *which, "--provisioned-product-name", "mine"),
        *("--provisioning-parameters", "Key=Size,Value=large"),
    )["RecordDetail"]
    record = aws("servicecatalog", "describe-record", "--id", made["RecordId"])
    assert record["RecordDetail"]["Status"] == "SUCCEEDED"
    assert record["RecordDetail"]["LaunchRoleArn"] == role
    outputs = {one["OutputKey"]: one["OutputValue"] for one in record["RecordOutputs"]}
    assert outputs["TopicArn"].startswith(f"arn:aws:sns:us-east-1:{MEMBER}:")
    stack = aws(
        "cloudformation", "describe-stacks", "--stack-name", outputs["CloudformationStackARN"]
    )["Stacks"][0]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
