"""A product's scenarios as a taskcat project: the text of its `.taskcat.yml`.

`scenarios/*.yaml` are the only source; the project is generated under `build/` anew at each run and
nobody edits it. The settings and why they are as they are:

- `package_lambda: false`: our functions are bundles of the release; taskcat would look for docker.
- `s3_bucket`: templates are uploaded by us, to the bucket real launches read from. A bucket that
  taskcat makes itself is left behind when it cleans up (0.9.58).
- no `role_name`: a launch role trusts Service Catalog, not CloudFormation, which could not assume
  it. Stacks are made with the caller's rights; launching under the role is Service Catalog's part.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from catalog.model import Kind, Release, Scenario

TEMPLATE_FILE = "template.yaml"
CONFIG_FILE = ".taskcat.yml"
RUN_TAG = "catalog:taskcat-run"
"""Tag on every stack of a run, by which those left behind are found."""

_PROJECT_NAME, _PROJECT_ID = "SageMakerProjectName", "SageMakerProjectId"


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """One stack to launch: a scenario in a region."""

    scenario: Scenario
    region: str


def project_name(release: Release) -> str:
    """The project's name, which is also the prefix of its template's key in the bucket."""
    return f"taskcat/{release.product.name}/{release.digest[:16]}"


def template_key(release: Release) -> str:
    """Where taskcat tells CloudFormation to read the template: project name, then file."""
    return f"{project_name(release)}/{TEMPLATE_FILE}"


def launches(scenarios: Iterable[Scenario], regions: Sequence[str]) -> tuple[Launch, ...]:
    """Every stack of a release.

    A scenario goes to those of its regions that the target has, since only there lies the code; to
    the target's first region when it names none, or none of them.
    """
    return tuple(
        Launch(scenario=scenario, region=region)
        for scenario in scenarios
        for region in [each for each in scenario.regions if each in regions] or regions[:1]
    )


def regions(scenarios: Iterable[Scenario], of_target: Sequence[str]) -> tuple[str, ...]:
    """Where a release is launched, of the regions of a target; sorted."""
    return tuple(sorted({launch.region for launch in launches(scenarios, of_target)}))


def projects(release: Release, every: Sequence[Launch]) -> dict[str, tuple[Launch, ...]]:
    """Split a release's launches into projects, run one after the other: folder -> launches.

    The stacks of one project live at the same time. Foundation products give their resources the
    names by which others know them, so two of their stacks would be in each other's way: each
    launch is a project of its own.
    """
    if release.product.kind is not Kind.FOUNDATION:
        return {release.product.name: tuple(every)}
    return {
        f"{release.product.name}/{launch.scenario.name}-{launch.region}": (launch,)
        for launch in every
    }


def config(release: Release, every: Iterable[Launch], *, bucket: str, run: str) -> str:
    """The text of a project's `.taskcat.yml`.

    Args:
        release: What is launched; its template lies beside the file as `template.yaml`.
        every: The project's launches; each scenario becomes a test.
        bucket: Holds the template under `template_key`.
        run: Text of a tag value that differs between runs, see `RUN_TAG` and `parameters`.

    Returns:
        YAML 1.1, which taskcat reads: parameters are quoted, so that `yes` and `012` stay text.
    """
    tests: dict[str, Any] = {}
    for launch in every:
        test = tests.setdefault(launch.scenario.name, _test(release, launch.scenario, run))
        test["regions"].append(launch.region)
    project = {
        "name": project_name(release),
        "template": TEMPLATE_FILE,
        "s3_bucket": bucket,
        "tags": {RUN_TAG: run},
        "package_lambda": False,
        "shorten_stack_name": True,
    }
    yaml = YAML()
    yaml.width = 10_000
    stream = StringIO()
    yaml.dump({"project": project, "tests": tests}, stream)
    return stream.getvalue()


def _test(release: Release, scenario: Scenario, run: str) -> dict[str, Any]:
    values = parameters(scenario, f"{run}/{release.product.name}")
    quoted = {name: DoubleQuotedScalarString(value) for name, value in values.items()}
    prefix = f"tcat-{release.product.name}-"
    return {"regions": [], "stack_name_prefix": prefix, "parameters": quoted}


def parameters(scenario: Scenario, run: str) -> dict[str, str]:
    """A scenario's parameters, with a project name and id of its own for each run of a product.

    SageMaker gives no two projects the same, and templates name resources after them, some of which
    outlive their stack. With those of the scenario, the second run would find them in its way. What
    else outlives a stack is named after the parameters that the scenario calls `fresh`.
    """
    values = dict(scenario.parameters)
    unique = hashlib.sha256(f"{run}/{scenario.name}".encode()).hexdigest()
    if _PROJECT_NAME in values:
        values[_PROJECT_NAME] = f"{values[_PROJECT_NAME][:8].rstrip('-')}-{unique[:6]}"
    if _PROJECT_ID in values:
        values[_PROJECT_ID] = f"p-{unique[:12]}"
    for name in scenario.fresh:
        values[name] = f"{values[name]}-{unique[:6]}"
    return values
