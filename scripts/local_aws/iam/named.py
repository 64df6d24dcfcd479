"""Resources whose ARN a name alone does not tell: one function per service.

Each takes the action (without prefix), the request's parameters and the place, and answers ARNs, or
None where the general way (`arns.general`) does. A star inside an ARN stands for a part that AWS
gives only later; as a value it matches nothing but a star in a policy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from moto import backends

from local_aws.iam.arns import Place

Params = Mapping[str, Any]
Arns = list[str] | None
Named = Callable[[str, Params, Place], Arns]


def _first(params: Params, *names: str) -> str:
    return next((str(params[name]) for name in names if params.get(name)), "")


def _whole(value: str, build: Callable[[str], str]) -> str:
    return value if value.startswith("arn:") else build(value)


def _each(values: Iterable[Any], build: Callable[[str], str]) -> list[str]:
    return list(dict.fromkeys(_whole(str(value), build) for value in values))


def _s3(action: str, params: Params, place: Place) -> Arns:
    bucket, start = params.get("Bucket"), f"arn:{place.partition}:s3:::"
    if not bucket:
        return ["*"]
    if objects := (params.get("Delete") or {}).get("Objects"):
        return [f"{start}{bucket}/{one['Key']}" for one in objects]
    about_object = "Object" in action or "Multipart" in action
    if about_object and "Key" in params:
        return [f"{start}{bucket}/{params['Key']}"]
    return [f"{start}{bucket}"]


def _sagemaker(action: str, params: Params, place: Place) -> Arns:
    def here(kind: str, *parts: str) -> list[str]:
        return [place.arn("sagemaker", "/".join((kind, *(part or "*" for part in parts))))]

    profile, space = params.get("UserProfileName", ""), params.get("SpaceName", "")
    domain = str(params.get("DomainId", ""))
    if action.endswith("App") and not action.startswith("CreatePartner"):
        kind, name = str(params.get("AppType", "")), str(params.get("AppName", ""))
        return here("app", domain, str(profile or space), kind, name)
    if action.endswith("UserProfile") or action == "CreatePresignedDomainUrl":
        return here("user-profile", domain, str(profile))
    if action.endswith("Space"):
        return here("space", domain, str(space))
    if action in ("CreateModelPackage", "ListModelPackages"):
        group = str(params.get("ModelPackageGroupName", ""))
        if group.startswith("arn:"):
            return [f"{group.replace(':model-package-group/', ':model-package/')}/*"]
        return here("model-package", group, "*")
    if action == "BatchDescribeModelPackage":
        return [str(arn) for arn in params.get("ModelPackageArnList", ())]
    if action == "CreateModel":
        own = here("model", str(params.get("ModelName", "")))
        boxes = [params.get("PrimaryContainer") or {}, *(params.get("Containers") or ())]
        return own + [str(box["ModelPackageName"]) for box in boxes if "ModelPackageName" in box]
    return None


def _lambda(action: str, params: Params, place: Place) -> Arns:
    if action.endswith("EventSourceMapping") or "FunctionName" not in params:
        return None
    name = str(params["FunctionName"])
    if name.count(":") == 2:  # <account>:function:<name>
        name = name.rpartition(":")[2]
    return [_whole(name, lambda one: place.arn("lambda", f"function:{one}"))]


def _codepipeline(action: str, params: Params, place: Place) -> Arns:
    pipeline = params.get("pipeline") or {}
    name = _first(params, "pipelineName", "name")
    if not name and isinstance(pipeline, Mapping):
        name = str(pipeline.get("name", ""))
    if not name:
        return None
    parts = [name, params.get("stageName")]
    if action == "PutApprovalResult":
        parts.append(params.get("actionName"))
    stages = action.endswith(("StageTransition", "StageExecution", "StageCondition", "Result"))
    wanted = parts if stages else parts[:1]
    return [place.arn("codepipeline", "/".join(str(part) for part in wanted if part))]


def _codebuild(action: str, params: Params, place: Place) -> Arns:
    def project(name: str) -> str:
        return place.arn("codebuild", f"project/{name.partition(':')[0]}")

    def of_build(arn: str) -> str:
        kind = next((one for one in (":build/", ":build-batch/") if one in arn), "")
        return arn.replace(kind, ":project/").rpartition(":")[0] if kind else arn

    if action == "BatchGetProjects":
        return _each(params.get("names", ()), project)
    if action in ("BatchGetBuilds", "BatchDeleteBuilds", "BatchGetBuildBatches"):
        return list(dict.fromkeys(map(of_build, _each(params.get("ids", ()), project))))
    if action in ("StopBuild", "RetryBuild", "StopBuildBatch", "RetryBuildBatch"):
        return [of_build(_whole(_first(params, "id", "arn"), project))]
    name = _first(params, "projectName", "name")
    about_project = "Project" in action or "projectName" in params
    return [_whole(name, project)] if name and about_project else None


def _events(action: str, params: Params, place: Place) -> Arns:
    def bus(name: str) -> str:
        return place.arn("events", f"event-bus/{name}")

    if action == "PutEvents":
        return _each((e.get("EventBusName") or "default" for e in params.get("Entries", ())), bus)
    if action in ("CreateEventBus", "DeleteEventBus", "DescribeEventBus", "UpdateEventBus"):
        return [_whole(str(params.get("Name") or "default"), bus)]
    # PutRule with tags asks for TagResource on the rule as well.
    about_rule = "Rule" in action or action == "TagResource"
    rule = _first(params, "Rule") or (about_rule and _first(params, "Name"))
    if not rule:
        return None
    name = str(params.get("EventBusName") or "default").rpartition("/")[2]
    return [place.arn("events", f"rule/{rule}" if name == "default" else f"rule/{name}/{rule}")]


def _sns(action: str, params: Params, place: Place) -> Arns:
    if subscription := params.get("SubscriptionArn"):
        return [str(subscription).rpartition(":")[0]]
    if action == "CreateTopic" or ("Name" in params and action == "TagResource"):
        return [place.arn("sns", str(params.get("Name")))]
    topic = _first(params, "TopicArn", "TargetArn")
    return [topic] if topic else None


def _sqs(_action: str, params: Params, place: Place) -> Arns:
    if url := params.get("QueueUrl"):
        account, _, name = str(url).rpartition("/")
        owner = account.rpartition("/")[2]
        owned = owner if owner.isdigit() else place.account
        return [f"arn:{place.partition}:sqs:{place.region}:{owned}:{name}"]
    return [place.arn("sqs", str(params["QueueName"]))] if "QueueName" in params else None


def _kms(_action: str, params: Params, place: Place) -> Arns:
    given = _first(params, "KeyId", "TargetKeyId", "SourceKeyId")
    if not given:
        return None
    if ":alias/" in given or given.startswith("alias/"):
        alias = given[given.index("alias/") :]
        backend: Any = backends.get_backend("kms")[place.account][place.region]
        given = str(backend.get_key_id_from_alias(alias) or "*")
    return [_whole(given, lambda key: place.arn("kms", f"key/{key}"))]


def _iam(_action: str, params: Params, place: Place) -> Arns:
    if policy := params.get("PolicyArn"):
        subject = _first(params, "RoleName", "UserName", "GroupName")
        if not subject:
            return [str(policy)]
    held = backends.get_backend("iam")[place.account]["aws"]
    for kind, shelf in (("Role", "roles"), ("User", "users"), ("Group", "groups")):
        if name := params.get(f"{kind}Name"):
            known = getattr(held, shelf).values()
            path = next((one.path for one in known if one.name == name), None)
            path = path or str(params.get("Path") or "/")
            return [place.arn("iam", f"{kind.lower()}{path}{name}", region=False)]
    for kind, key in (("policy", "PolicyName"), ("instance-profile", "InstanceProfileName")):
        if name := params.get(key):
            return [place.arn("iam", f"{kind}{params.get('Path') or '/'}{name}", region=False)]
    return None


def _sts(_action: str, params: Params, _place: Place) -> Arns:
    return [str(params["RoleArn"])] if "RoleArn" in params else None


def _cloudformation(action: str, params: Params, place: Place) -> Arns:
    if name := _first(params, "StackSetName"):
        bare = name.partition(":")[0] if not name.startswith("arn:") else name
        own = [_whole(bare, lambda one: place.arn("cloudformation", f"stackset/{one}:*"))]
        if action == "CreateStackSet":
            return ["*"]
        if action.endswith("StackInstances") and not action.startswith("List"):
            return own + _targets(bare, params, place)
        return own
    change_set = str(params.get("ChangeSetName", ""))
    name = _first(params, "StackName", "StackId")
    if not name and change_set.startswith("arn:"):
        return [change_set]
    if not name:
        return None
    return [_whole(name, lambda one: place.arn("cloudformation", f"stack/{one}/*"))]


def _targets(name: str, params: Params, place: Place) -> list[str]:
    wanted = params.get("DeploymentTargets") or {}
    units = wanted.get("OrganizationalUnitIds") or params.get("Accounts") or wanted.get("Accounts")
    start = f"stackset-target/{name}:*"
    return [place.arn("cloudformation", f"{start}/{unit}") for unit in units or ()]


def _servicecatalog(_action: str, params: Params, place: Place) -> Arns:
    def here(kind: str, name: str) -> list[str]:
        return [place.arn("catalog", f"{kind}/{name}")]

    if product := _first(params, "ProductId"):
        return here("product", product)
    if portfolio := _first(params, "PortfolioId"):
        return here("portfolio", portfolio)
    given = _first(params, "Id")
    if given.startswith(("prod-", "port-")):
        return here("product" if given.startswith("prod-") else "portfolio", given)
    return None


def _organizations(_action: str, params: Params, place: Place) -> Arns:
    given = _first(params, "OrganizationalUnitId", "ParentId", "TargetId", "ChildId", "AccountId")
    held: Any = backends.get_backend("organizations")
    management = str(held.master_accounts.get(place.account, (place.account,))[0])
    if not given or management not in held:
        return None
    organization = held[management]["aws"].org
    kind = {"ou-": "ou", "r-": "root"}.get(given[: given.index("-") + 1] if "-" in given else "")
    start = f"arn:{place.partition}:organizations::{management}:"
    return [f"{start}{kind or 'account'}/{organization.id if organization else '*'}/{given}"]


def _logs(_action: str, params: Params, place: Place) -> Arns:
    group = _first(params, "logGroupName", "logGroupIdentifier")
    if not group:
        return None
    name = group.partition("log-group:")[2].removesuffix(":*") or group
    stream = str(params.get("logStreamName", ""))
    return [place.arn("logs", f"log-group:{name}:log-stream:{stream}")]


def _ssm(action: str, params: Params, place: Place) -> Arns:
    def parameter(name: str) -> str:
        return place.arn("ssm", f"parameter/{name.lstrip('/')}")

    if "Parameter" not in action and action != "AddTagsToResource":
        return None
    if names := params.get("Names"):
        return _each(names, parameter)
    name = _first(params, "Name", "Path", "ResourceId")
    return [_whole(name, parameter)] if name else None


def _secretsmanager(_action: str, params: Params, place: Place) -> Arns:
    given = _first(params, "SecretId", "Name")
    if not given or given.startswith("arn:"):
        return [given] if given else None
    backend: Any = backends.get_backend("secretsmanager")[place.account][place.region]
    secret = backend.secrets.get(given) if given in backend.secrets else None
    return [str(secret.arn) if secret else place.arn("secretsmanager", f"secret:{given}-??????")]


def _ecr(_action: str, params: Params, place: Place) -> Arns:
    account = str(params.get("registryId") or place.account)
    place = replace(place, account=account)
    name = params.get("repositoryName")
    names = params.get("repositoryNames") or ([name] if name else ())
    return _each(names, lambda one: place.arn("ecr", f"repository/{one}")) or None


def _connections(_action: str, params: Params, _place: Place) -> Arns:
    given = _first(params, "ConnectionArn", "ResourceArn")
    return [given] if given else None


NAMED: dict[str, Named] = {
    "cloudformation": _cloudformation,
    "codebuild": _codebuild,
    "codeconnections": _connections,
    "codepipeline": _codepipeline,
    "codestar-connections": _connections,
    "ecr": _ecr,
    "events": _events,
    "iam": _iam,
    "kms": _kms,
    "lambda": _lambda,
    "logs": _logs,
    "organizations": _organizations,
    "s3": _s3,
    "sagemaker": _sagemaker,
    "secretsmanager": _secretsmanager,
    "servicecatalog": _servicecatalog,
    "sns": _sns,
    "sqs": _sqs,
    "ssm": _ssm,
    "sts": _sts,
}
