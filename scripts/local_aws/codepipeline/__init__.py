"""The embedded AWS CodePipeline: pipelines of type V1 and V2 whose executions really run.

    state                     what is remembered, as frozen values
    definition, variables     a structure and its rules; `#{namespace.key}`
    conditions, queueing      what lets an execution into a stage
    executions, stages        an execution from stage to stage, a stage from action to action
    actions                   sources, builds, approvals
    artifacts, roles          what actions hand on, and under which role
    pipelines, control, looking, views    the operations, and what they show
    triggers                  pushes through a connection
    notices                   what rules get to see

Of CodePipeline's operations those in `OPERATIONS` are here; the others answer "not implemented" by
name. Behaviour follows the user guide where it says something.
"""

from __future__ import annotations

from moto.codepipeline.responses import CodePipelineResponse
from moto.core.responses import BaseResponse
from moto.core.utils import get_service_model

from local_aws import connections, validation
from local_aws.codepipeline import triggers
from local_aws.codepipeline.control import OPERATIONS as CONTROL
from local_aws.codepipeline.looking import OPERATIONS as LOOKING
from local_aws.codepipeline.pipelines import OPERATIONS as PIPELINES

OPERATIONS: dict[str, validation.Handler] = PIPELINES | CONTROL | LOOKING


def install() -> None:
    """Answer CodePipeline's operations here instead of in moto, and follow connections."""
    for name in get_service_model("codepipeline").operation_names:
        handler = OPERATIONS.get(name, _refusing(name))
        method = validation.served("codepipeline", name, handler)
        setattr(CodePipelineResponse, method.__name__, method)
    connections.on_push(triggers.pushed)


def _refusing(name: str) -> validation.Handler:
    def refuse(_response: BaseResponse, _params: dict[str, object]) -> dict[str, object]:
        raise NotImplementedError(f"codepipeline:{name}")

    return refuse
