"""Launching, updating and terminating products: each leaves a record of what became of it.

API reference: ProvisionProduct, UpdateProvisionedProduct, TerminateProvisionedProduct. The stack is
made by the embedded CloudFormation under the launch role; what fails there fails the record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from moto.core.exceptions import ServiceException

from local_aws.servicecatalog import launchpaths, launchroles, quotas, stacks, tags, views
from local_aws.servicecatalog.calls import Call, operation
from local_aws.servicecatalog.errors import DuplicateResource, InvalidParameters, ResourceNotFound
from local_aws.servicecatalog.launchpaths import LaunchPath
from local_aws.servicecatalog.stacks import Outcome
from local_aws.servicecatalog.state import Artifact, ProvisionedProduct, Record, new_id, now


@operation
def provision_product(call: Call) -> dict[str, Any]:
    """Launch a product: needs a launch path, an active version and an unused name."""
    product_id = launchpaths.product_id(call)
    path = launchpaths.chosen(call, product_id)
    artifact = launchpaths.artifact(call, path)
    if not artifact.active or artifact.guidance == "DEPRECATED":
        state = "deprecated" if artifact.active else "inactive"
        raise InvalidParameters(f"Provisioning artifact {artifact.id} is {state}: no new launches.")
    name = call.params["ProvisionedProductName"]
    if any(one.name == name for one in call.catalog.provisioned.values()):
        raise DuplicateResource(f"A provisioned product named {name} already exists.")
    launched = _new(call, path, artifact, name)
    work = partial(stacks.create, call, path, artifact, launched)
    return _run(call, "PROVISION_PRODUCT", launched, work)


def _new(call: Call, path: LaunchPath, artifact: Artifact, name: str) -> ProvisionedProduct:
    identifier, caller = new_id("pp"), call.caller
    where = f"{call.region}:{caller.account}"
    return ProvisionedProduct(
        id=identifier,
        arn=f"arn:{caller.partition}:servicecatalog:{where}:stack/{name}/{identifier}",
        name=name,
        status="UNDER_CHANGE",
        token=call.params["ProvisionToken"],
        product_id=path.product.id,
        product_name=path.product.name,
        artifact_id=artifact.id,
        artifact_name=artifact.name,
        path_id=path.id,
        launch_role=launchroles.arn(call.caller, path),
        principal=caller.arn,
        session=caller.session,
        tags=_tags(path, tags.read(call.params.get("Tags"))),
        parameters={one["Key"]: one.get("Value", "") for one in _parameters(call)},
    )


def _parameters(call: Call) -> list[dict[str, Any]]:
    given: list[dict[str, Any]] = call.params.get("ProvisioningParameters") or []
    return given


def _tags(path: LaunchPath, own: Mapping[str, str]) -> dict[str, str]:
    result = launchpaths.launch_tags(path) | dict(own)
    quotas.hold(len(result), quotas.TAGS_PER_PROVISIONED_PRODUCT, "tags per provisioned product")
    return result


def _run(
    call: Call, kind: str, product: ProvisionedProduct, work: Callable[[], Outcome]
) -> dict[str, Any]:
    """Note the request, do it, note how it ended; the caller is answered that it has begun."""
    catalog, identifier = call.catalog, new_id("rec")
    product = replace(product, last_record=identifier)
    if kind != "TERMINATE_PROVISIONED_PRODUCT":
        product = replace(product, last_provisioning_record=identifier)
    record = Record(id=identifier, type=kind, status="CREATED", provisioned=product)
    answer = {"RecordDetail": views.record_detail(record)}
    catalog.records.put(identifier, replace(record, status="IN_PROGRESS"), unseen=False)
    catalog.provisioned.put(product.id, replace(product, status="UNDER_CHANGE"), unseen=False)
    try:
        outcome = work()
    except ServiceException as error:
        errors = ((error.code, error.message),)
        outcome = Outcome(status="ERROR", stack=product.stack, outputs={}, errors=errors)
    _finish(call, replace(record, provisioned=product), outcome)
    return answer


def _finish(call: Call, record: Record, outcome: Outcome) -> None:
    done = not outcome.errors
    product = replace(
        record.provisioned,
        status=outcome.status,
        stack=outcome.stack,
        message="; ".join(text for _, text in outcome.errors),
    )
    if done:
        product = replace(product, last_successful_record=record.id)
    if outcome.status == "TERMINATED":
        call.catalog.provisioned.remove(product.id)
    else:
        call.catalog.provisioned.put(product.id, product)
    ended = replace(
        record,
        status="SUCCEEDED" if done else "FAILED",
        updated=now(),
        provisioned=product,
        errors=outcome.errors,
        outputs=outcome.outputs,
    )
    call.catalog.records.put(record.id, ended)


def find(call: Call, identifier: str | None, name: str | None) -> ProvisionedProduct:
    """A provisioned product of the caller's account, by id or name.

    Raises:
        InvalidParameters: Neither is given.
        ResourceNotFound: There is none, or no more.
    """
    if not identifier and not name:
        raise InvalidParameters("The id or the name of a provisioned product is required.")
    for one in call.catalog.provisioned.values():
        if one.id == identifier or one.name == name:
            return one
    raise ResourceNotFound(f"Provisioned product {identifier or name} not found.")


def _named(call: Call) -> ProvisionedProduct:
    params = call.params
    return find(call, params.get("ProvisionedProductId"), params.get("ProvisionedProductName"))


@operation
def update_provisioned_product(call: Call) -> dict[str, Any]:
    """Another version, other parameters; other tags only where a constraint allows it.

    A deprecated version can be updated to, an inactive one cannot.
    """
    product = _named(call)
    own = {"Product": product.product_id, "ProvisioningArtifact": product.artifact_id}
    defaults = {f"{what}Id": own[what] for what in own if not call.params.get(f"{what}Name")}
    call = replace(call, params=defaults | dict(call.params))
    path = _path_of(call, product)
    artifact = launchpaths.artifact(call, path)
    if not artifact.active:
        raise InvalidParameters(f"Provisioning artifact {artifact.id} is inactive.")
    product = replace(
        product,
        product_id=path.product.id,
        product_name=path.product.name,
        artifact_id=artifact.id,
        artifact_name=artifact.name,
        path_id=path.id,
        launch_role=launchroles.arn(call.caller, path),
        tags=_updated_tags(call, path, product),
        parameters=_updated_parameters(call, product),
    )
    return _run(
        call,
        "UPDATE_PROVISIONED_PRODUCT",
        product,
        lambda: stacks.change(call, path, artifact, product),
    )


def _path_of(call: Call, product: ProvisionedProduct) -> LaunchPath:
    if call.params.get("PathId") or call.params.get("PathName"):
        return launchpaths.chosen(call, launchpaths.product_id(call))
    found = launchpaths.paths_of(call, launchpaths.product_id(call))
    kept = [path for path in found if path.id == product.path_id]
    return kept[0] if kept else launchpaths.chosen(call, launchpaths.product_id(call))


def allows_tag_updates(path: LaunchPath) -> bool:
    """Whether a RESOURCE_UPDATE constraint allows tags to change after the launch."""
    return any(
        one["Properties"]["TagUpdateOnProvisionedProduct"] == "ALLOWED"
        for one in path.parameters("RESOURCE_UPDATE")
    )


def _updated_tags(call: Call, path: LaunchPath, product: ProvisionedProduct) -> Mapping[str, str]:
    """Where tags may change, those that are not sent again are gone."""
    if allows_tag_updates(path):
        return _tags(path, tags.read(call.params.get("Tags")))
    if call.params.get("Tags"):
        raise InvalidParameters(
            f"Product {path.product.id} has no RESOURCE_UPDATE constraint that allows tag updates."
        )
    return product.tags


def _updated_parameters(call: Call, product: ProvisionedProduct) -> dict[str, str]:
    """The new parameters; `UsePreviousValue` keeps one, those not named fall to their default."""
    result: dict[str, str] = {}
    for one in _parameters(call):
        key = one["Key"]
        if not one.get("UsePreviousValue"):
            result[key] = one.get("Value", "")
        elif key in product.parameters:
            result[key] = product.parameters[key]
        else:
            raise InvalidParameters(f"Parameter {key} has no previous value.")
    return result


@operation
def terminate_provisioned_product(call: Call) -> dict[str, Any]:
    """Deletes the stack; once it is gone, a second request finds nothing."""
    product = _named(call)
    return _run(
        call, "TERMINATE_PROVISIONED_PRODUCT", product, lambda: stacks.delete(call, product)
    )
