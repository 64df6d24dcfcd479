"""The project as its template describes it to the build, in environment variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from model_deployment.failure import Failure

ACCOUNTS = "Accounts"
UNITS = "OrganizationalUnits"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where one stage deploys to.

    Args:
        name: As in `config/<name>.json`, e.g. `staging`, `test` or `prod`.
        accounts: 12-digit ids; empty when the project deploys to organizational units.
        unit: Id of the organizational unit, `ou-…`; empty when it deploys to accounts.
        role: Name of the role in each target account.
    """

    name: str
    accounts: tuple[str, ...]
    unit: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A SageMaker project.

    Args:
        group: Name of the model package group whose models it deploys.
        mode: `Accounts` or `OrganizationalUnits`.
        stages: In the order in which they are deployed.
    """

    name: str
    id: str
    group: str
    mode: str
    stages: tuple[Stage, ...]


def from_environment(environment: Mapping[str, str]) -> Project:
    """Read the variables that the template gives the build.

    Raises:
        Failure: A variable is missing; the build does not run where the template put it.
    """
    try:
        return Project(
            name=environment["PROJECT_NAME"],
            id=environment["PROJECT_ID"],
            group=environment["MODEL_GROUP"],
            mode=environment["DEPLOYMENT_MODE"],
            stages=tuple(_stage(name, environment) for name in environment["STAGES"].split(",")),
        )
    except KeyError as problem:
        raise Failure(f"environment variable {problem} is not set; the template sets it") from None


def _stage(name: str, environment: Mapping[str, str]) -> Stage:
    prefix = name.upper()
    listed = environment[f"{prefix}_ACCOUNTS"].split(",")
    units = environment["DEPLOYMENT_MODE"] == UNITS
    return Stage(
        name=name,
        accounts=tuple(account.strip() for account in listed if account.strip()),
        unit=environment[f"{prefix}_UNIT"] if units else "",
        role=environment[f"{prefix}_ROLE"],
    )
