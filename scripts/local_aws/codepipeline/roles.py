"""Under which role a pipeline works: CodePipeline assumes the pipeline's, that one an action's own.

User guide, *How CodePipeline works with IAM*: the service role must trust CodePipeline, an action's
role the service role.
"""

from __future__ import annotations

from local_aws import iam, inside
from local_aws.codepipeline.state import Execution, home
from local_aws.errors import Refusal


def assume(arn: str, role: str) -> None:
    """Refuse a service role that does not trust CodePipeline to work for the pipeline `arn`.

    Raises:
        Refusal: As CreatePipeline words it.
    """
    try:
        iam.service_may(
            principal="codepipeline.amazonaws.com",
            action="sts:AssumeRole",
            resource=role,
            source_arn=arn,
            source_account=arn.split(":")[4],
        )
    except Refusal as refusal:
        text = f"CodePipeline is not authorized to perform AssumeRole on role {role}"
        raise Refusal("InvalidStructureException", text) from refusal


def assume_for(execution: Execution, action_role: str) -> None:
    """Refuse roles that an execution may not assume for an action; `action_role` may be empty.

    Raises:
        Refusal: The pipeline's role does not trust CodePipeline.
        ClientError: The action's role does not trust the pipeline's.
    """
    role = execution.declaration["roleArn"]
    assume(home(execution).arn(execution.pipeline), role)
    if action_role:
        sts = inside.client("sts", execution.account, execution.region, role)
        sts.assume_role(RoleArn=action_role, RoleSessionName=execution.id)
