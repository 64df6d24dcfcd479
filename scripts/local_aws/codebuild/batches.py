"""The operations on batch builds (API reference: StartBuildBatch … ListBuildBatches)."""

from __future__ import annotations

from typing import Any

from moto.core.responses import BaseResponse

from local_aws import validation, work
from local_aws.codebuild import batch_views, batching, starting
from local_aws.codebuild.builds import initiator
from local_aws.codebuild.projects import existing, here, page
from local_aws.codebuild.state import IN_PROGRESS, Batch, changed
from local_aws.errors import Refusal

Params = dict[str, Any]


def _start(response: BaseResponse, params: Params) -> Params:
    account = here(response)
    project = existing(account, params["projectName"])
    batch = starting.ordered_batch(account, project, params, initiator(response))
    account.batches[batch.id] = batch
    work.start(f"batch build {batch.id}", lambda: batching.run(batch))
    return {"buildBatch": batch_views.batch(account, batch)}


def _stop(response: BaseResponse, params: Params) -> Params:
    account = here(response)
    batch = account.batches.get(params["id"].rpartition("build-batch/")[2])
    if batch is None:
        raise Refusal("ResourceNotFoundException", f"Batch build cannot be found: {params['id']}")
    if batch.status == IN_PROGRESS:
        batch = changed(batch, stopping=True)
    return {"buildBatch": batch_views.batch(account, batch)}


def _batch_get(response: BaseResponse, params: Params) -> Params:
    account = here(response)
    asked = [(one, one.rpartition("build-batch/")[2]) for one in params["ids"]]
    known = account.batches
    return {
        "buildBatches": [
            batch_views.batch(account, known[short]) for _, short in asked if short in known
        ],
        "buildBatchesNotFound": [one for one, short in asked if short not in known],
    }


def _list(response: BaseResponse, params: Params) -> Params:
    return _listed(list(here(response).batches.values()), params)


def _list_for_project(response: BaseResponse, params: Params) -> Params:
    account = here(response)
    if "projectName" not in params:
        raise Refusal("InvalidInputException", "projectName must be given")
    name = existing(account, params["projectName"])["name"]
    found = [one for one in account.batches.values() if one.project["name"] == name]
    return _listed(found, params)


def _listed(found: list[Batch], params: Params) -> Params:
    """Newest first unless told otherwise; those of a status when a filter asks."""
    wanted = params.get("filter", {}).get("status")
    chosen = [one for one in found if wanted in (None, one.status)]
    ids = [one.id for one in sorted(chosen, key=lambda one: one.started)]
    return page("ids", ids, {"sortOrder": "DESCENDING", **params})


OPERATIONS: dict[str, validation.Handler] = {
    "BatchGetBuildBatches": _batch_get,
    "ListBuildBatches": _list,
    "ListBuildBatchesForProject": _list_for_project,
    "StartBuildBatch": _start,
    "StopBuildBatch": _stop,
}
