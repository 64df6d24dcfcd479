"""The roles suffice for what projects do, and go no further.

What a resource type needs is read from the registry schemas that cfn-lint brings along (`handlers`,
`permissions`); what IAM can scope, from cfn-lint's copy of the service authorization reference.
"""

import fnmatch
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import cfn_flip
import pytest

from catalog.model import Kind
from catalog.templates.permissions import of_types

ROOT = Path(__file__).parents[2]
LAUNCH = "sagemaker-catalog-project-launch"

NOT_NEEDED = {
    # pattern of actions that a handler lists: why our templates never make it call them
    "s3tables:*": "no metadata tables",
    "s3:*BucketMetadata*": "no metadata tables",
    "s3:PutBucketAbac": "attribute-based access stays off",
    "s3:PutAccelerateConfiguration": "no acceleration",
    "s3:*AnalyticsConfiguration": "no analytics",
    "s3:*InventoryConfiguration": "no inventory",
    "s3:*MetricsConfiguration": "no request metrics",
    "s3:PutIntelligentTieringConfiguration": "no tiering",
    "s3:*Replication*": "no replication",
    "s3:*Website": "no website",
    "s3:*Cors": "no CORS",
    "s3:PutBucketCORS": "no CORS",
    "s3:PutBucketLogging": "no server access logs",
    "s3:PutBucketNotification": "no notifications",
    "s3:Put*ObjectLock*": "no object lock",
    "s3:Put*Acl": "ACLs are switched off",
    "s3:DeleteObject": "buckets are kept, never emptied",
    "s3:DeleteBucketEncryption": "encryption is never taken away",
    "s3:DeleteBucketLifecycle": "the lifecycle rule is never taken away",
    "sns:PutDataProtectionPolicy": "no data protection policy",
    "logs:*DataProtectionPolicy": "no data protection policy",
    "logs:*IndexPolicy": "no index policy",
    "logs:*ResourcePolicy": "no log delivery",
    "logs:DescribeResourcePolicies": "no log delivery",
    "logs:CreateLogDelivery": "no log delivery",
    "logs:PutLogGroupDeletionProtection": "no deletion protection",
    "logs:PutBearerTokenAuthentication": "no bearer tokens",
    "logs:*KmsKey": "no key of their own",
    "s3:REST.PUT.OBJECT": "not an IAM action; no log delivery",
    "firehose:TagDeliveryStream": "no log delivery",
    "ec2:*": "functions run outside of VPCs",
    "elasticfilesystem:*": "functions mount nothing",
    "s3files:*": "functions mount nothing",
    "kms:*": "no key of their own",
    "lambda:*LayerVersion": "no layers",
    "lambda:*Concurrency": "no reserved concurrency",
    "lambda:PutFunctionRecursionConfig": "the default stays",
    "lambda:PutRuntimeManagementConfig": "the default stays",
    "lambda:*FunctionCodeSigningConfig": "no code signing",
    "lambda:GetCodeSigningConfig": "no code signing",
    "lambda:PutFunctionScalingConfig": "no capacity providers",
    "lambda:PassCapacityProvider": "no capacity providers",
    "lambda:AssociateRuntimeAlias": "managed by Lambda itself",
    "lambda:PublishVersion": "no versions",
}

WITHOUT_SCHEMA = {
    "AWS::CodeBuild::Project": {
        "codebuild:BatchGetProjects",
        "codebuild:CreateProject",
        "codebuild:DeleteProject",
        "codebuild:UpdateProject",
    }
}
"""Types of which the registry publishes no handlers."""


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements(role: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for policy in role["Properties"]["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            branches = statement.get("Fn::If")
            yield from [each for each in branches[1:] if "Sid" in each] if branches else [statement]


def actions(role: Mapping[str, Any]) -> set[str]:
    return {action for each in statements(role) for action in as_list(each["Action"])}


def uncovered(wanted: Iterable[str], granted: Iterable[str]) -> set[str]:
    patterns = tuple(granted)
    return {
        action
        for action in wanted
        if not any(fnmatch.fnmatchcase(action, pattern) for pattern in patterns)
    }


@cache
def needed_by(kind: str) -> frozenset[str]:
    if kind in WITHOUT_SCHEMA:
        return frozenset(WITHOUT_SCHEMA[kind])
    found = of_types([kind])
    assert not found.unknown, f"{kind}: its schema names no actions; name them in WITHOUT_SCHEMA"
    return frozenset(found.actions)


@cache
def reference() -> Mapping[str, Any]:
    text = files("cfnlint.data.AdditionalSpecs").joinpath("Policies.json").read_text()
    found: Mapping[str, Any] = json.loads(text)
    return found


@pytest.fixture(scope="module")
def roles(template) -> Mapping[str, Any]:
    found = template("project-roles")["Resources"]
    return {body["Properties"]["RoleName"]: body for body in found.values()}


@pytest.fixture(scope="module")
def project_types(catalog, template) -> set[str]:
    return {
        body["Type"]
        for name, folder in catalog.products.items()
        if folder.product.kind is Kind.PROJECT
        for body in template(name)["Resources"].values()
        if not body["Type"].startswith("Custom::")
    }


def test_the_launch_role_lacks_nothing_that_projects_contain(roles, project_types):
    assert project_types
    wanted = {action for kind in project_types for action in needed_by(kind)}
    missing = uncovered(wanted, actions(roles[LAUNCH]))
    assert sorted(uncovered(missing, NOT_NEEDED)) == []


def test_no_reason_outlives_its_use(roles, project_types):
    wanted = {action for kind in project_types for action in needed_by(kind)}
    unused = [each for each in NOT_NEEDED if not fnmatch.filter(wanted, each)]
    assert unused == []


def test_the_launch_role_makes_no_permissions(roles):
    iam = {action for action in actions(roles[LAUNCH]) if action.startswith("iam:")}
    assert iam == {"iam:GetRole", "iam:PassRole"}


def test_roles_are_passed_one_by_one_each_to_its_own_service(roles, template):
    passed = [
        each
        for role in [*roles.values(), template("target-account-role")["Resources"]["Role"]]
        for each in statements(role)
        if "iam:PassRole" in as_list(each["Action"])
    ]
    assert len(passed) >= 7
    for each in passed:
        assert isinstance(each["Condition"]["StringEquals"]["iam:PassedToService"], str)
        assert len(as_list(each["Resource"])) == 1
        assert not json.dumps(each["Resource"]).endswith('*"}')


def test_projects_name_only_roles_that_exist(catalog, rendered, roles):
    for name, folder in catalog.products.items():
        if folder.product.kind is not Kind.PROJECT:
            continue
        assert folder.product.launch_role in roles
        named = {
            word.split("${")[0].strip("\"'")
            for word in rendered(name).text.replace("role/", "role/ ").split()
            if word.startswith("sagemaker-catalog-")
        }
        assert named <= set(roles), name


TAKES = {
    # type of resource: the service that acts as its role
    "AWS::CodeBuild::Project": "codebuild",
    "AWS::CodePipeline::Pipeline": "codepipeline",
    "AWS::Events::Rule": "events",
    "AWS::Lambda::Function": "lambda",
}


def roles_in(value: Any) -> Iterator[str]:
    """Names of the roles that a resolved resource acts as, or has others act as."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key in {"Role", "RoleArn", "ServiceRole"} and isinstance(inner, str):
                yield inner.rpartition("/")[2]
            else:
                yield from roles_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from roles_in(inner)


def test_each_service_is_given_the_role_that_trusts_it(catalog, made, roles):
    """AWS refuses to assume another one, but some services only when they come to it."""
    seen = set()
    for product, folder in catalog.products.items():
        if folder.product.kind is not Kind.PROJECT:
            continue
        for scenario in folder.scenarios.values():
            for name, body in made(product, scenario.parameters).items():
                for role in roles_in(body) if body["Type"] in TAKES else ():
                    (trust,) = roles[role]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
                    service = f"{TAKES[body['Type']]}.amazonaws.com"
                    assert trust["Principal"] == {"Service": service}, (product, name)
                    seen.add(body["Type"])
    assert seen == {*TAKES}


def test_everything_is_reached_only_where_iam_offers_nothing_finer(roles, template):
    by_condition = {"s3:GetObject", "cloudwatch:PutMetricData", "cloudformation:GetTemplateSummary"}
    target = template("target-account-role")["Resources"]
    network = target["NetworkPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    for holder in [*map(statements, [*roles.values(), target["Role"]]), network]:
        for each in holder:
            if each["Effect"] == "Deny" or as_list(each["Resource"]) != ["*"]:
                continue
            for action in set(as_list(each["Action"])) - by_condition:
                service, name = action.split(":")
                assert not reference()[service]["Actions"][name.lower()].get("Resources"), action


def test_every_role_takes_the_boundary(roles):
    for name, role in roles.items():
        assert role["Properties"]["PermissionsBoundary"]["Fn::If"][0] == "HasBoundary", name


def test_inline_policies_stay_within_what_a_role_holds(roles, template):
    """IAM: 10,240 characters of inline policies for one role, white space apart."""
    for role in [*roles.values(), template("target-account-role")["Resources"]["Role"]]:
        documents = [policy["PolicyDocument"] for policy in role["Properties"]["Policies"]]
        # Account ids and partitions take less room than the functions that stand for them here.
        assert sum(len(json.dumps(each, separators=(",", ":"))) for each in documents) < 10_240


@pytest.mark.parametrize(
    ("product", "name"), [("target-account-role", "Role"), ("project-roles", "CloudFormationRole")]
)
def test_endpoint_stacks_can_be_made_where_they_go(template, product, name):
    role = template(product)["Resources"][name]
    stack = cfn_flip.load((ROOT / "seed_code/model-deploy/endpoint.yaml").read_text())[0]
    wanted = {action for body in stack["Resources"].values() for action in needed_by(body["Type"])}
    assert uncovered(wanted, actions(role)) <= {"kms:DescribeKey"}  # no key of its own


def test_the_target_role_trusts_one_build_role_and_sagemaker(template):
    role = template("target-account-role")["Resources"]["Role"]
    service, build = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert service["Principal"] == {"Service": "sagemaker.amazonaws.com"}
    assert service["Condition"] == {
        "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    }
    assert build["Condition"] == {
        "ArnEquals": {"aws:PrincipalArn": {"Ref": "PipelineExecutionRoleArn"}}
    }


def test_seed_code_is_read_by_its_tag(roles):
    tagged = {
        "StringEquals": {
            "s3:ExistingObjectTag/servicecatalog:provisioning": "true",
            "s3:ResourceAccount": {"Ref": "HubAccountId"},
        }
    }
    for name in (LAUNCH, "sagemaker-catalog-codebuild"):
        (seed,) = [each for each in statements(roles[name]) if each["Sid"] == "SeedCode"]
        assert seed["Condition"] == tagged
        assert "${HubAccountId}" in seed["Resource"]["Fn::Sub"]


def test_buckets_known_by_a_pattern_only_are_held_to_their_owner(roles, template):
    """A bucket's name proves nothing: anybody may have taken one that fits the pattern."""
    target = template("target-account-role")["Resources"]["Role"]
    unseen = {"ArtifactBuckets", "TemplateCopies"}  # being made; Service Catalog's own
    held = set()
    for role in [*roles.values(), target]:
        for each in statements(role):
            touches = any(action.startswith("s3:") for action in as_list(each["Action"]))
            if touches and each["Sid"] not in unseen:
                condition = each.get("Condition", {}).get("StringEquals", {})
                assert "s3:ResourceAccount" in condition, each["Sid"]
                held.add(each["Sid"])
    assert held >= {"Artifacts", "SeedCode", "Data", "ModelObjects"}


def test_connections_are_passed_to_pipelines_only(roles):
    passed = [each for each in statements(roles[LAUNCH]) if "PassConnection" in each["Action"]]
    assert len(passed) == 2
    for each in passed:
        prefix = each["Action"].partition(":")[0]
        assert each["Condition"] == {
            "StringEquals": {f"{prefix}:PassedToService": "codepipeline.amazonaws.com"}
        }


def test_services_act_for_their_own_account(roles):
    """Where a service documents the key; Service Catalog and Lambda do not."""
    without = set()
    for name, role in roles.items():
        own = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
        for trust in role["Properties"]["AssumeRolePolicyDocument"]["Statement"]:
            if trust.get("Condition") != own:
                without.add((name, trust["Principal"]["Service"]))
    assert without == {
        (LAUNCH, "servicecatalog.amazonaws.com"),
        ("sagemaker-catalog-lambda", "lambda.amazonaws.com"),
    }
