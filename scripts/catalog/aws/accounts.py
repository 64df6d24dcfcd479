"""Sessions in other accounts: the caller's own, or a role assumed there (STS AssumeRole)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from catalog.aws.session import Credentials, Session
from catalog.aws.translation import DENIED
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

    def closed(self, account: str, region: str) -> bool:
        """Whether `account` (12 digits) refuses the caller, as it does without the role.

        Raises:
            ServiceFault: It cannot be told now; the call failed for another reason.
        """
        if account == self.home:
            return False
        session = replace(self.session, region=region)
        try:
            _keys(session, _arn(session, account, self.role))
        except ServiceFault as fault:
            if fault.code not in DENIED:
                raise
            return True
        return False


def _assume(session: Session, account: str, role: str) -> Session:
    arn = _arn(session, account, role)
    try:
        keys = _keys(session, arn)
    except ServiceFault as fault:
        raise EnvironmentFault(
            f"The role {arn} cannot be assumed: {fault.what}",
            "Does it exist, and does it trust your identity? A target of catalog.yaml names "
            "the role that leads into other accounts with access_role, and the one that only looks "
            "with reader_role.",
        ) from fault
    return replace(session, credentials=keys)


def _arn(session: Session, account: str, role: str) -> str:
    return f"arn:{session.partition}:iam::{account}:role/{role}"


def _keys(session: Session, arn: str) -> Credentials:
    given = session.service("sts").call(
        "assume_role", arn, RoleArn=arn, RoleSessionName="sagemaker-catalog"
    )["Credentials"]
    return Credentials(
        access_key=given["AccessKeyId"],
        secret_key=given["SecretAccessKey"],
        session_token=given["SessionToken"],
    )
