"""A pipeline's structure: what is demanded of it, and the defaults CodePipeline fills in.

User guide, *Pipeline structure reference*.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from local_aws.codepipeline import variables
from local_aws.errors import Refusal

Params = Mapping[str, Any]

ACTIONS = frozenset(
    {
        ("Source", "CodeCommit"),
        ("Source", "CodeStarSourceConnection"),
        ("Source", "S3"),
        ("Build", "CodeBuild"),
        ("Test", "CodeBuild"),
        ("Approval", "Manual"),
    }
)
"""Actions by category and provider that run here."""

RULES = frozenset({"VariableCheck"})
ENTRY_RESULTS, SUCCESS_RESULTS, FAILURE_RESULTS = ("FAIL", "SKIP"), ("FAIL",), ("FAIL", "RETRY")
_OF_V2 = ("variables", "triggers")
_CONFIGURED = {
    "CodeCommit": ("RepositoryName", "BranchName"),
    "CodeStarSourceConnection": ("ConnectionArn", "FullRepositoryId", "BranchName"),
    "S3": ("S3Bucket", "S3ObjectKey"),
    "CodeBuild": ("ProjectName",),
}


def completed(declaration: Params, version: int) -> dict[str, Any]:
    """A structure with its version and the service's defaults."""
    stages = [
        {
            **stage,
            "actions": [
                {"runOrder": 1, "configuration": {}, "outputArtifacts": [], "inputArtifacts": []}
                | dict(action)
                for action in stage["actions"]
            ],
        }
        for stage in declaration["stages"]
    ]
    defaults = {"executionMode": "SUPERSEDED", "pipelineType": "V1"}
    return {**defaults, **declaration, "stages": stages, "version": version}


def check(declaration: Mapping[str, Any]) -> None:
    """Refuse a structure that CodePipeline would refuse, or that cannot run here.

    Raises:
        Refusal: Says which rule is broken, with CodePipeline's code.
        NotImplementedError: An action, a rule or a result is not in the embedded AWS.
    """
    stages = declaration["stages"]
    if len(stages) < 2:
        raise _structure("Pipeline must contain at least two stages")
    if ("artifactStore" in declaration) == ("artifactStores" in declaration):
        raise _structure("Exactly one of artifactStore and artifactStores must be given")
    _unique("stage", (stage["name"] for stage in stages), "InvalidStageDeclarationException")
    _check_type(declaration)
    _check_triggers(declaration)
    known = {variables.OF_THE_PIPELINE, variables.OF_THE_EXECUTION}
    made: set[str] = set()
    for index, stage in enumerate(stages):
        _check_conditions(stage, known)
        _check_stage(stage, first=index == 0)
        _check_flow(stage, made, known)


def _structure(text: str) -> Refusal:
    return Refusal("InvalidStructureException", text)


def _action(text: str) -> Refusal:
    return Refusal("InvalidActionDeclarationException", text)


def _unique(what: str, names: Iterable[str], code: str) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise Refusal(code, f"Duplicate {what} name: {', '.join(twice)}")


def _check_type(declaration: Params) -> None:
    if declaration.get("pipelineType", "V1") == "V2":
        return
    found = [name for name in _OF_V2 if declaration.get(name)]
    if declaration.get("executionMode", "SUPERSEDED") != "SUPERSEDED":
        found.append("executionMode")
    for stage in declaration["stages"]:
        found += [name for name in ("beforeEntry", "onSuccess", "onFailure") if name in stage]
    if found:
        text = f"{', '.join(dict.fromkeys(found))} can only be used in pipelines of type V2"
        raise _structure(text)


def _check_triggers(declaration: Params) -> None:
    sources = {action["name"] for action in declaration["stages"][0]["actions"]}
    for trigger in declaration.get("triggers") or ():
        git = trigger["gitConfiguration"]
        if git["sourceActionName"] not in sources:
            raise _structure(
                f"A trigger names {git['sourceActionName']}, which is no source action"
            )
        if git.get("push") or git.get("pullRequest"):  # the execution would be of another branch
            raise NotImplementedError("codepipeline: a trigger with filters")


def _check_stage(stage: Params, *, first: bool) -> None:
    actions = stage["actions"]
    if not actions:
        raise _structure(f"Stage {stage['name']} must contain at least one action")
    _unique("action", (one["name"] for one in actions), "InvalidActionDeclarationException")
    for action in actions:
        kind = action["actionTypeId"]
        if (kind["category"] == "Source") != first:
            place = "first stage must contain only" if first else "other stages cannot contain"
            raise _structure(f"The pipeline's {place} source actions: {action['name']}")
        if (kind["category"], kind["provider"]) not in ACTIONS or kind["owner"] != "AWS":
            named = f"{kind['category']} by {kind['owner']} {kind['provider']}"
            raise NotImplementedError(f"codepipeline: an action of {named}")
        wanted = _CONFIGURED.get(kind["provider"], ())
        missing = [name for name in wanted if not action.get("configuration", {}).get(name)]
        if missing:
            text = f"Action configuration for action '{action['name']}' is missing required"
            raise _action(f"{text} configuration '{missing[0]}'")


def _check_flow(stage: Params, made: set[str], known: set[str]) -> None:
    """Artifacts and variables come from actions that ran before."""
    for _, actions in in_order(stage["actions"]):
        for action in actions:
            _check_needs(action, made, known)
        for action in actions:
            _note_given(action, made, known)


def _check_needs(action: Params, made: set[str], known: set[str]) -> None:
    for one in action.get("inputArtifacts") or ():
        if one["name"] not in made:
            text = f"Input artifact '{one['name']}' of action '{action['name']}'"
            raise _structure(f"{text} is not the output of an action before it")
    for name in variables.namespaces(action.get("configuration") or {}):
        if name not in known:
            text = f"Action '{action['name']}' refers to namespace '{name}'"
            raise _action(f"{text}, which no action before it has")


def _note_given(action: Params, made: set[str], known: set[str]) -> None:
    for one in action.get("outputArtifacts") or ():
        if one["name"] in made:
            raise _structure(f"Output artifact '{one['name']}' is made twice")
        made.add(one["name"])
    namespace = action.get("namespace")
    if namespace in known:
        raise _action(f"Namespace '{namespace}' is used twice or reserved")
    if namespace:
        known.add(namespace)


def in_order(actions: Iterable[Params]) -> Iterator[tuple[int, list[Params]]]:
    """Actions by run order; those of the same order run side by side."""
    actions = list(actions)
    for order in sorted({action.get("runOrder", 1) for action in actions}):
        yield order, [one for one in actions if one.get("runOrder", 1) == order]


def _check_conditions(stage: Params, known: set[str]) -> None:
    for kind, allowed in (("beforeEntry", ENTRY_RESULTS), ("onSuccess", SUCCESS_RESULTS)):
        for condition in (stage.get(kind) or {}).get("conditions", ()):
            _check_result(stage, kind, condition.get("result", "FAIL"), allowed)
            for rule in condition.get("rules") or ():
                _check_rule(rule, known | own_namespaces(stage, kind))
    failure = stage.get("onFailure") or {}
    if failure.get("conditions"):
        raise NotImplementedError("codepipeline: conditions of onFailure")
    if "result" in failure:
        _check_result(stage, "onFailure", failure["result"], FAILURE_RESULTS)


def own_namespaces(stage: Params, kind: str) -> set[str]:
    """Namespaces of a stage's own actions, which only `onSuccess` may refer to."""
    if kind != "onSuccess":
        return set()
    return {one["namespace"] for one in stage["actions"] if "namespace" in one}


def _check_result(stage: Params, kind: str, result: str, allowed: tuple[str, ...]) -> None:
    if result == "ROLLBACK" and kind != "beforeEntry":
        raise NotImplementedError(f"codepipeline: {kind} with result ROLLBACK")
    if result not in allowed:
        text = f"Result {result} is not valid for {kind} of stage {stage['name']}"
        raise Refusal("InvalidStageDeclarationException", text)


def _check_rule(rule: Params, known: set[str]) -> None:
    provider = rule["ruleTypeId"]["provider"]
    if provider not in RULES:
        raise NotImplementedError(f"codepipeline: a rule of {provider}")
    configuration = rule.get("configuration") or {}
    missing = [name for name in ("Variable", "Operator", "Value") if name not in configuration]
    unknown = [name for name in variables.namespaces(configuration) if name not in known]
    if missing or unknown:
        text = f"Rule '{rule['name']}' lacks {missing[0]}" if missing else ""
        text = text or f"Rule '{rule['name']}' refers to unknown namespace '{unknown[0]}'"
        raise Refusal("InvalidStageDeclarationException", text)


def stage_of(declaration: Params, name: str) -> Params:
    """A stage by its name.

    Raises:
        Refusal: There is none.
    """
    for stage in declaration["stages"]:
        if stage["name"] == name:
            return stage  # type: ignore[no-any-return]
    raise Refusal("StageNotFoundException", f"The pipeline has no stage {name}")
