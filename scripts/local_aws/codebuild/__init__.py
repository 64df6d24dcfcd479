"""The embedded AWS CodeBuild: projects, and builds that really run.

    state                            what is remembered
    projects, builds                 the operations
    starting                         a build or batch as its project and the request order it
    reading, buildspec, batchspec    what a buildspec says
    batches, batching, batch_views   builds that belong together; batch_artifacts: what they give
    running, phases                  one build, from source to artifacts
    shell, surroundings, variables   where its commands run, and what they see
    sources, artifacts, locations    what it takes and gives
    caches                           what builds leave on their host for the next
    logs, notices, views             what people and rules get to see

Of CodeBuild's operations those in `OPERATIONS` are here; the others answer "not implemented" by
name. Behaviour follows the user guide where it says something.
"""

from __future__ import annotations

from moto.codebuild.responses import CodeBuildResponse
from moto.core.responses import BaseResponse
from moto.core.utils import get_service_model

from local_aws import validation
from local_aws.codebuild.batches import OPERATIONS as BATCHES
from local_aws.codebuild.builds import OPERATIONS as BUILDS
from local_aws.codebuild.caches import forget, lend
from local_aws.codebuild.logs import text as log
from local_aws.codebuild.projects import OPERATIONS as PROJECTS
from local_aws.codebuild.starting import commissioned
from local_aws.codebuild.state import batch_ended, ended

__all__ = ["batch_ended", "commissioned", "ended", "forget", "install", "lend", "log"]

OPERATIONS: dict[str, validation.Handler] = PROJECTS | BUILDS | BATCHES


def install() -> None:
    """Answer CodeBuild's operations here instead of in moto."""
    validation.ERROR_CODES["codebuild"] = "InvalidInputException"
    for name in get_service_model("codebuild").operation_names:
        handler = OPERATIONS.get(name, _refusing(name))
        method = validation.served("codebuild", name, handler)
        setattr(CodeBuildResponse, method.__name__, method)


def _refusing(name: str) -> validation.Handler:
    def refuse(_response: BaseResponse, _params: dict[str, object]) -> dict[str, object]:
        raise NotImplementedError(f"codebuild:{name}")

    return refuse
