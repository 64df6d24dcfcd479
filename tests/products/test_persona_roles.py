"""Each persona may do what its table says, asked of the evaluator with the roles as deployed."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import local_aws
from local_aws.iam import holding
from local_aws.iam.evaluation import EXPLICIT, Ask, Held, decide

PRODUCT = Path(__file__).parents[2] / "products/persona-roles"
ACCOUNT, HUB = "111111111111", "444455556666"
PERSONAS = {
    "lead data scientist": ("sagemaker-lead-data-scientist", "LeadDataScientist"),
    "data scientist": ("sagemaker-data-scientist", "DataScientist"),
    "ML engineer": ("sagemaker-ml-engineer", "MlEngineer"),
    "governance officer": ("sagemaker-governance-officer", "GovernanceOfficer"),
    "ML platform engineer": ("sagemaker-ml-platform-engineer", "MlPlatformEngineer"),
}
SAGEMAKER = f"arn:aws:sagemaker:us-east-1:{ACCOUNT}"
PIPELINE = f"arn:aws:codepipeline:us-east-1:{ACCOUNT}:sagemaker-iris"
PROFILE = f"{SAGEMAKER}:user-profile/d-1/somebody"
RESOURCES = {
    "sagemaker:CreateProject": f"{SAGEMAKER}:project/iris",
    "sagemaker:DeleteProject": f"{SAGEMAKER}:project/iris",
    "sagemaker:UpdateProject": f"{SAGEMAKER}:project/iris",
    "servicecatalog:ProvisionProduct": f"arn:aws:catalog:us-east-1:{HUB}:product/prod-1",
    "sagemaker:StartPipelineExecution": f"{SAGEMAKER}:pipeline/iris",
    "sagemaker:CreateTrainingJob": f"{SAGEMAKER}:training-job/iris",
    "sagemaker:CreateModelPackage": f"{SAGEMAKER}:model-package/iris",
    "sagemaker:UpdateModelPackage": f"{SAGEMAKER}:model-package/iris/1",
    "sagemaker:DescribeModelPackage": f"{SAGEMAKER}:model-package/iris/1",
    "codepipeline:StartPipelineExecution": PIPELINE,
    "codepipeline:StopPipelineExecution": PIPELINE,
    "codepipeline:GetPipelineState": PIPELINE,
    "codepipeline:RetryStageExecution": f"{PIPELINE}/DeployStaging",
    "codepipeline:PutApprovalResult": f"{PIPELINE}/DeployStaging/ApproveDeployment",
    "sagemaker:InvokeEndpoint": f"{SAGEMAKER}:endpoint/iris",
    "sagemaker:CreatePresignedDomainUrl": PROFILE,
    "sagemaker:UpdateUserProfile": PROFILE,
    "sagemaker:AddTags": PROFILE,
    "sagemaker:DeleteApp": f"{SAGEMAKER}:app/d-1/somebody/JupyterLab/default",
    "s3:GetObject": f"arn:aws:s3:::sagemaker-us-east-1-{ACCOUNT}/iris/train.csv",
    "codeconnections:UseConnection": f"arn:aws:codeconnections:us-east-1:{ACCOUNT}:connection/1",
    "codecommit:GitPush": f"arn:aws:codecommit:us-east-1:{ACCOUNT}:sagemaker-iris",
    "iam:CreateRole": f"arn:aws:iam::{ACCOUNT}:role/mine",
}
EXECUTION = f"arn:aws:iam::{ACCOUNT}:role/sagemaker-catalog-execution"
STATUS = "sagemaker:modelapprovalstatus"
TO_SAGEMAKER = {"iam:passedtoservice": ("sagemaker.amazonaws.com",)}


STACK = f"arn:aws:cloudformation:us-east-1:{ACCOUNT}:stack/SP-iris-p-1/*"
OF_THE_HUB = f"https://sagemaker-catalog-{HUB}-us-east-1.s3.us-east-1.amazonaws.com"


def from_template(url: str) -> dict[str, tuple[str, ...]]:
    return {"cloudformation:templateurl": (url,), "aws:requestedregion": ("us-east-1",)}


OTHER_DOOR = {
    "from a template of the hub": (STACK, from_template(f"{OF_THE_HUB}/studio/deploy.yaml")),
    "from another template": (STACK, from_template(f"{OF_THE_HUB}/templates/deploy.yaml")),
    "of a template of the hub": (
        f"arn:aws:s3:::sagemaker-catalog-{HUB}-us-east-1/studio/deploy.yaml",
        {"s3:resourceaccount": (HUB,)},
    ),
    "of the launch role": (
        f"arn:aws:iam::{ACCOUNT}:role/sagemaker-catalog-project-launch",
        {"iam:passedtoservice": ("cloudformation.amazonaws.com",)},
    ),
}
"""What a call of the table is about where a project comes from S3: resource, condition keys."""


def table(number: int) -> list[tuple[str, str, str]]:
    """The cells of a table in the notes: call, persona, what it says."""
    tables = re.findall(r"(?:^\|.+\|\n)+", (PRODUCT / "NOTES.md").read_text(), re.MULTILINE)
    lines = tables[number].splitlines()
    head, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    assert set(head[1:]) <= set(PERSONAS)
    return [
        (row[0], who, says) for row in rows for who, says in zip(head[1:], row[1:], strict=True)
    ]


def asked(call: str, persona: str) -> tuple[str, str, dict[str, tuple[str, ...]]]:
    """Action, resource and condition keys of a call as the table words it."""
    action, _, more = call.removeprefix("`").partition("`")
    resource, context = RESOURCES.get(action, "*"), {}
    if more.strip() in OTHER_DOOR:
        return action, *OTHER_DOOR[more.strip()]
    match more.strip():
        case "to be approved":
            context = {STATUS: ("PendingManualApproval",)}
        case "approved already":
            context = {STATUS: ("Approved",)}
        case "of one's own persona":
            context = {"sagemaker:resourcetag/persona": (PERSONAS[persona][1],)}
        case "of another persona":
            other = "LeadDataScientist" if persona == "data scientist" else "DataScientist"
            context = {"sagemaker:resourcetag/persona": (other,)}
        case "of the team's data":
            context = {"s3:resourceaccount": (ACCOUNT,)}
        case "of the execution role":
            resource, context = EXECUTION, TO_SAGEMAKER
        case "of a persona":
            resource = f"arn:aws:iam::{ACCOUNT}:role/{PERSONAS['lead data scientist'][0]}"
            context = TO_SAGEMAKER
    return action, resource, context


def deployed(aws: Any, text: str, **parameters: str) -> None:
    given = {"HubAccountId": HUB, "SignInPrincipals": f"arn:aws:iam::{ACCOUNT}:root", **parameters}
    aws.client("cloudformation", ACCOUNT).create_stack(
        StackName="personas",
        TemplateBody=text,
        Capabilities=["CAPABILITY_NAMED_IAM"],
        Parameters=[{"ParameterKey": key, "ParameterValue": given[key]} for key in given],
    )


def verdict(persona: str, call: str, **context: tuple[str, ...]) -> str:
    """`yes`, `no` or `denied`, as the roles stand in the embedded AWS."""
    action, resource, keys = asked(call, persona)
    holder = holding.of_role(f"arn:aws:iam::{ACCOUNT}:role/{PERSONAS[persona][0]}")
    ask = Ask(caller=holder.caller, action=action, resource=resource, context={**keys, **context})
    found = decide(ask, Held(identity=holding.identity(holder), owner=ACCOUNT))
    return "yes" if found.allowed else "denied" if found.verdict == EXPLICIT else "no"


def wrong(cells: list[tuple[str, str, str]]) -> dict[tuple[str, str], str]:
    """The cells that say something else than the evaluator, and what that says."""
    found = {(call, who): verdict(who, call) for call, who, _ in cells}
    return {(call, who): found[call, who] for call, who, says in cells if found[call, who] != says}


@pytest.fixture(scope="module")
def embedded(catalog) -> Iterator[Any]:
    target = catalog.settings.targets["local"]
    with local_aws.embedded(target.organization, target.account, "us-east-1") as aws:
        yield aws


@pytest.fixture
def aws(embedded) -> Iterator[Any]:
    yield embedded
    embedded.client("cloudformation", ACCOUNT).delete_stack(StackName="personas")


def test_the_table_says_what_each_persona_may_do(aws, rendered):
    deployed(aws, rendered("persona-roles").text)
    cells = table(0)
    assert {who for _, who, _ in cells} == set(PERSONAS)
    assert len(cells) > 100
    assert wrong(cells) == {}


def test_the_second_table_says_what_changes_in_a_central_registry(aws, rendered):
    deployed(aws, rendered("persona-roles").text, ModelApprover="MlEngineer")
    elsewhere = {(call, who): says for call, who, says in table(0)}
    cells = table(1)
    assert len(cells) == 28
    assert wrong(cells) == {}
    told = {(call, who) for call, who, _ in cells}
    rest = [(*where, says) for where, says in elsewhere.items() if where not in told]
    assert wrong(rest) == {}


def test_in_a_central_registry_the_engineer_approves_instead_of_the_lead(aws, rendered):
    deployed(aws, rendered("persona-roles").text, ModelApprover="MlEngineer")
    call = "`sagemaker:UpdateModelPackage`"
    assert {who: verdict(who, call) for who in PERSONAS} == {
        **dict.fromkeys(PERSONAS, "denied"),
        "ML engineer": "yes",
    }


@pytest.mark.parametrize(
    ("parameters", "context", "expected"),
    [
        ({}, {"aws:sourceip": "203.0.113.9"}, "yes"),
        ({"VpnCidrs": "192.0.2.0/24"}, {"aws:sourceip": "203.0.113.9"}, "denied"),
        ({"VpnCidrs": "192.0.2.0/24"}, {"aws:sourceip": "192.0.2.7"}, "yes"),
        ({"VpnCidrs": "192.0.2.0/24"}, {"aws:sourcevpce": "vpce-0123456789abcdef0"}, "denied"),
        ({"VpcEndpointIds": "vpce-0123456789abcdef0"}, {"aws:sourceip": "192.0.2.7"}, "denied"),
        (
            {"VpcEndpointIds": "vpce-0123456789abcdef0"},
            {"aws:sourcevpce": "vpce-0123456789abcdef0"},
            "yes",
        ),
        (
            {"VpnCidrs": "192.0.2.0/24", "VpcEndpointIds": "vpce-0123456789abcdef0"},
            {"aws:sourceip": "192.0.2.7"},
            "yes",
        ),
        (
            {"VpnCidrs": "192.0.2.0/24", "VpcEndpointIds": "vpce-0123456789abcdef0"},
            {"aws:sourcevpce": "vpce-0123456789abcdef0"},
            "yes",
        ),
        (
            {"VpnCidrs": "192.0.2.0/24", "VpcEndpointIds": "vpce-0123456789abcdef0"},
            {"aws:sourcevpce": "vpce-00000000000000000"},
            "denied",
        ),
    ],
)
def test_studio_opens_through_the_vpn(aws, rendered, parameters, context, expected):
    deployed(aws, rendered("persona-roles").text, **parameters)
    keys = {key: (value,) for key, value in context.items()}
    call = "`sagemaker:CreatePresignedDomainUrl` of one's own persona"
    assert verdict("data scientist", call, **keys) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        f"https://sagemaker-catalog-{HUB}-mine.s3.us-east-1.amazonaws.com/studio/deploy.yaml",
        f"https://sagemaker-catalog-{HUB}-us-east-1.s3.eu-west-1.amazonaws.com/studio/x.yaml",
        f"https://mine.s3.us-east-1.amazonaws.com/{OF_THE_HUB}/studio/deploy.yaml",
        "https://sagemaker-us-east-1-111111111111.s3.us-east-1.amazonaws.com/studio/deploy.yaml",
    ],
)
def test_the_launch_role_makes_nothing_but_what_the_hub_published(aws, rendered, url):
    deployed(aws, rendered("persona-roles").text)
    call = "`cloudformation:CreateStack` from another template"
    assert verdict("lead data scientist", call, **{"cloudformation:templateurl": (url,)}) == "no"


def test_every_role_takes_the_boundary(template):
    roles = [
        body
        for body in template("persona-roles")["Resources"].values()
        if body["Type"] == "AWS::IAM::Role"
    ]
    assert len(roles) == 7
    for role in roles:
        assert role["Properties"]["PermissionsBoundary"]["Fn::If"][0] == "HasBoundary"


def test_policies_stay_within_what_iam_takes(template):
    """IAM: 6,144 characters in a managed policy, 10,240 in a role's inline ones, ten attached."""

    def size(document: Any) -> int:
        return len(json.dumps(document, separators=(",", ":")))

    for name, body in template("persona-roles")["Resources"].items():
        properties = body["Properties"]
        if body["Type"] == "AWS::IAM::ManagedPolicy":
            assert size(properties["PolicyDocument"]) < 6_144, name
        else:
            inline = properties.get("Policies", [])
            assert sum(size(each["PolicyDocument"]) for each in inline) < 10_240, name
            assert len(properties.get("ManagedPolicyArns", [])) <= 10, name


def test_only_the_launch_role_gives_a_profile_its_persona(template):
    resources = template("persona-roles")["Resources"]
    givers = [
        name
        for name, body in resources.items()
        if "sagemaker:CreateUserProfile" in json.dumps(body)
    ]
    assert givers == ["AdminLaunch"]
    passed = [
        json.dumps(statement["Resource"])
        for policy in resources["AdminLaunch"]["Properties"]["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Action"] == "iam:PassRole"
    ]
    assert len(passed) == 4
    assert not any("*" in each for each in passed)
