"""The operations on pipelines (CodePipeline API reference: CreatePipeline … UntagResource)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from moto.core.responses import BaseResponse

from local_aws import validation
from local_aws.codepipeline import definition, executions, roles, triggers
from local_aws.codepipeline.state import Account, Pipeline, accounts, now
from local_aws.errors import Refusal
from local_aws.servicecatalog.calls import caller

Params = dict[str, Any]


def here(response: BaseResponse) -> Account:
    """CodePipeline of the caller's account and region."""
    return accounts[response.current_account][response.region]  # type: ignore[no-any-return]


def who(response: BaseResponse) -> str:
    """ARN of the caller."""
    return caller(response.current_account, response.region, response.access_key).session


def existing(account: Account, name: str) -> Pipeline:
    """A pipeline by its name.

    Raises:
        Refusal: There is none.
    """
    found = account.pipelines.get(name)
    if found is None:
        where = f"Account '{account.account_id}' does not have a pipeline with name '{name}'"
        raise Refusal("PipelineNotFoundException", where)
    return found


def _create(response: BaseResponse, params: Params) -> Params:
    account, declaration = here(response), params["pipeline"]
    name = declaration["name"]
    if name in account.pipelines:
        text = f"A pipeline with the name '{name}' already exists in account"
        raise Refusal("PipelineNameInUseException", f"{text} '{account.account_id}'")
    whole = definition.completed(declaration, 1)
    definition.check(whole)
    roles.assume(account.arn(name), whole["roleArn"])
    tags = {tag["key"]: tag["value"] for tag in params.get("tags") or ()}
    pipeline = Pipeline(name=name, arn=account.arn(name), versions=(whole,), tags=tags)
    account.pipelines[name] = pipeline
    trigger = ("CreatePipeline", who(response))
    executions.start(account, pipeline, trigger, triggers.defaults(whole))
    shown = {"tags": params["tags"]} if params.get("tags") else {}
    return {"pipeline": whole, **shown}


def _update(response: BaseResponse, params: Params) -> Params:
    account = here(response)
    before = existing(account, params["pipeline"]["name"])
    whole = definition.completed(params["pipeline"], len(before.versions) + 1)
    definition.check(whole)
    roles.assume(before.arn, whole["roleArn"])
    after = replace(before, versions=(*before.versions, whole), updated=now())
    account.pipelines[before.name] = after
    return {"pipeline": whole}


def _delete(response: BaseResponse, params: Params) -> Params:
    """Nothing is refused: deleting what is not there succeeds, as in AWS."""
    account = here(response)
    account.pipelines.pop(params["name"], None)
    for execution in account.of(params["name"]):
        account.executions.pop(execution.id)
    return {}


def _get(response: BaseResponse, params: Params) -> Params:
    pipeline = existing(here(response), params["name"])
    version = params.get("version", len(pipeline.versions))
    if version > len(pipeline.versions):
        text = f"Pipeline {pipeline.name} has no version {version}"
        raise Refusal("PipelineVersionNotFoundException", text)
    moments = {"created": pipeline.created, "updated": pipeline.updated}
    return {
        "pipeline": pipeline.versions[version - 1],
        "metadata": {"pipelineArn": pipeline.arn, **moments},
    }


def _list(response: BaseResponse, _params: Params) -> Params:
    shown = [
        {
            "name": one.name,
            "version": one.declaration["version"],
            "pipelineType": one.declaration["pipelineType"],
            "executionMode": one.declaration["executionMode"],
            "created": one.created,
            "updated": one.updated,
        }
        for one in sorted(here(response).pipelines.values(), key=lambda one: one.name)
    ]
    return {"pipelines": shown}


def _by_arn(response: BaseResponse, arn: str) -> Pipeline:
    found = here(response).pipelines.get(arn.rpartition(":")[2])
    if found is None or found.arn != arn:
        raise Refusal("ResourceNotFoundException", f"Could not find resource {arn}")
    return found


def _tags(response: BaseResponse, params: Params) -> Params:
    tags = _by_arn(response, params["resourceArn"]).tags
    return {"tags": [{"key": key, "value": value} for key, value in tags.items()]}


def _tag(response: BaseResponse, params: Params) -> Params:
    one = _by_arn(response, params["resourceArn"])
    new = {tag["key"]: tag["value"] for tag in params["tags"]}
    if any(key.startswith("aws:") for key in new):
        raise Refusal("InvalidTagsException", "Tag keys must not start with aws:")
    here(response).pipelines[one.name] = replace(one, tags={**one.tags, **new})
    return {}


def _untag(response: BaseResponse, params: Params) -> Params:
    one = _by_arn(response, params["resourceArn"])
    left = {key: value for key, value in one.tags.items() if key not in params["tagKeys"]}
    here(response).pipelines[one.name] = replace(one, tags=left)
    return {}


OPERATIONS: dict[str, validation.Handler] = {
    "CreatePipeline": _create,
    "DeletePipeline": _delete,
    "GetPipeline": _get,
    "ListPipelines": _list,
    "ListTagsForResource": _tags,
    "TagResource": _tag,
    "UntagResource": _untag,
    "UpdatePipeline": _update,
}
