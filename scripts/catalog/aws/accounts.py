"""Sessions in other accounts: the caller's own, or a role assumed there (STS AssumeRole)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from catalog.aws.session import Credentials, Session
from catalog.errors import EnvironmentFault, ServiceFault


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """Ways into the accounts of a target.

    Args:
        session: Whose identity all others start from.
        home: 12-digit account of `session`, entered without assuming a role.
        role: Name of the role assumed in every other account.
    """

    session: Session
    home: str
    role: str

    def enter(self, account: str, region: str, role: str = "") -> Session:
        """A session in `account` (12 digits) and `region`, under `role` where one is named.

        A named role is assumed from within its account: roles of people trust their own account,
        seldom another.

        Raises:
            EnvironmentFault: A role does not exist there or does not trust the caller.
        """
        inside = replace(self.session, region=region)
        if account != self.home:
            inside = _assume(inside, account, self.role)
        return _assume(inside, account, role) if role else inside


def _assume(session: Session, account: str, role: str) -> Session:
    arn = f"arn:{session.partition}:iam::{account}:role/{role}"
    try:
        answer = session.service("sts").call(
            "assume_role", arn, RoleArn=arn, RoleSessionName="sagemaker-catalog"
        )
    except ServiceFault as fault:
        raise EnvironmentFault(
            f"The role {arn} cannot be assumed: {fault.what}",
            "Does it exist, and does it trust your identity? A target of catalog.yaml names "
            "the role that leads into other accounts with access_role, and the one that only looks "
            "with reader_role.",
        ) from fault
    given = answer["Credentials"]
    keys = Credentials(
        access_key=given["AccessKeyId"],
        secret_key=given["SecretAccessKey"],
        session_token=given["SessionToken"],
    )
    return replace(session, credentials=keys)
