"""What a training pipeline can do to the registry, asked of the evaluator."""

from collections.abc import Iterator

import pytest

import local_aws
from local_aws.iam import holding
from local_aws.iam.evaluation import EXPLICIT, Ask, Held, Verdict, decide

ACCOUNT, HUB = "111111111111", "444455556666"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/sagemaker-catalog-execution"
VERSION = f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:model-package/iris/1"


@pytest.fixture(scope="module", autouse=True)
def _deployed(catalog, rendered) -> Iterator[None]:
    target = catalog.settings.targets["local"]
    with local_aws.embedded(target.organization, target.account, "us-east-1") as aws:
        aws.client("cloudformation", ACCOUNT).create_stack(
            StackName="roles",
            TemplateBody=rendered("project-roles").text,
            Capabilities=["CAPABILITY_NAMED_IAM"],
            Parameters=[{"ParameterKey": "HubAccountId", "ParameterValue": HUB}],
        )
        yield


def asked(action: str, status: str) -> Verdict:
    """The verdict on a call of the execution role that names an approval status, or none."""
    holder = holding.of_role(ROLE)
    context = {"sagemaker:modelapprovalstatus": (status,)} if status else {}
    ask = Ask(caller=holder.caller, action=action, resource=VERSION, context=context)
    return decide(ask, Held(identity=holding.identity(holder), owner=ACCOUNT))


@pytest.mark.parametrize("status", ["PendingManualApproval", "Rejected", ""])
def test_it_registers_a_version_that_waits(status):
    assert asked("sagemaker:CreateModelPackage", status).allowed


@pytest.mark.parametrize("action", ["CreateModelPackage", "UpdateModelPackage"])
def test_it_approves_none_whatever_it_is_granted_besides(action):
    assert asked(f"sagemaker:{action}", "Approved").verdict == EXPLICIT
