"""What stands before the first person comes: a catalog, built, laid and published.

The same functions as behind `make bootstrap` and `make publish` do it; only linting and taskcat
are left out, which have verbs of their own.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import semver
from ruamel.yaml import YAML

from catalog import pipeline, workspace
from catalog.checking import Checked
from catalog.doctor import examining
from catalog.doctor.verdicts import Standing
from catalog.errors import Refused, ServiceFault, UsageError
from catalog.manifests.assembly import assemble
from catalog.model import SourceFile, Tree
from catalog.places import Place
from catalog.publishing import report
from catalog.publishing.applying import failures
from catalog.publishing.surveying import Depth
from catalog.rehearsing.ground import Ground
from catalog.rehearsing.trouble import Unexpected
from catalog.releases import building
from catalog.targets import Deployment, UnitDeployment

_COMMIT = "0" * 40
"""Releases of a rehearsal come from a working tree, not from a commit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextRelease:
    """What the next minor release of a product changes.

    Args:
        news: Its changelog entry.
        because: Why the versions before it are deprecated.
        change: Path from the product's folder -> (text there, text instead).
    """

    news: str
    because: str
    change: Mapping[str, tuple[str, str]]


def built(root: Path, tree: Tree | None = None) -> Checked:
    """The catalog at `root`, or of a tree read from it, built but not linted.

    Raises:
        Refused: It cannot be built.
    """
    catalog, found = assemble(root, workspace.read(root) if tree is None else tree)
    made = building.build(catalog)
    findings = (*found, *(each for one in made.values() for each in one.findings))
    releases = {name: one.release(_COMMIT) for name, one in made.items()}
    broken = [name for name in catalog.products if releases.get(name) is None]
    if broken or not releases:
        stops = (f"{each.place} {each.rule}: {each.message}" for each in findings if each.stops)
        raise Refused("\n  ".join(["This cannot be rehearsed.", *stops]), "`make check` says more.")
    return Checked(
        catalog=catalog,
        built=made,
        releases={name: release for name, release in releases.items() if release is not None},
        touched=dict.fromkeys(made, ()),
        findings=findings,
    )


def lay_foundation(ground: Ground, checked: Checked) -> None:
    """Deploy the foundation products where the target wants them.

    Raises:
        Unexpected: A stack did not come up.
    """
    for done in pipeline.lay_foundation(ground.place(), checked):
        if done.failures:
            raise Unexpected("the foundation in place", str(done))


def bootstrap(
    ground: Ground, checked: Checked, foundation: Sequence[Deployment | UnitDeployment]
) -> None:
    """Bring up a hub and its accounts, as `make bootstrap` does.

    Args:
        ground: Where.
        checked: Has the products.
        foundation: What is deployed, in this order.

    Raises:
        Unexpected: Something stands in the way, or a stack did not come up.
    """
    place = _with(ground, foundation)
    wrong = [v.subject for v in examining.preflight(place) if v.standing is Standing.MISSING]
    if wrong:
        raise Unexpected("nothing in the way of a deployment", "; ".join(wrong))
    for done in pipeline.bootstrap(place, checked, approve=lambda *_: None):
        if done.failures:
            raise Unexpected("hub and accounts in place", str(done))


def missing(
    ground: Ground, checked: Checked, foundation: Sequence[Deployment | UnitDeployment]
) -> frozenset[str]:
    """Subjects that `make doctor` misses and has `make bootstrap` mend."""
    return frozenset(
        verdict.subject
        for verdict in examining.examine(_with(ground, foundation), checked)
        if verdict.standing is Standing.MISSING and verdict.command.startswith("make bootstrap")
    )


def _with(ground: Ground, foundation: Sequence[Deployment | UnitDeployment]) -> Place:
    place = ground.place()
    return replace(place, target=replace(place.target, foundation=tuple(foundation)))


def publish(ground: Ground, checked: Checked, folder: Path) -> None:
    """Publish to the ground.

    Args:
        ground: Where.
        checked: What.
        folder: Where the report is written.

    Raises:
        Unexpected: Something was not published.
    """
    if stops := [each for each in checked.findings if each.stops]:
        seen = "; ".join(f"{each.place} {each.rule} {each.message}" for each in stops)
        raise Unexpected("a catalog that can be published", seen)
    terms = pipeline.Terms(depth=Depth(), untested=True)
    for done in pipeline.publish(folder, ground.place(), checked, terms).values():
        if done.failed:
            wrong = failures(done.outcomes)
            raise Unexpected(
                "everything published", "; ".join(report.outcome_line(each) for each in wrong)
            )


def hire(ground: Ground, account: str, role: str, may: Sequence[object]) -> None:
    """Make the role of a person, as the owner of the account does.

    Raises:
        UsageError: There is one of that name, which brings its own permissions.
    """
    iam = ground.service("iam", account)
    trust = {"AWS": f"arn:aws:iam::{account}:root", "Service": "sagemaker.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": trust, "Action": "sts:AssumeRole"}
    try:
        iam.call("create_role", RoleName=role, AssumeRolePolicyDocument=_policy([statement]))
    except ServiceFault as fault:
        if fault.code != "EntityAlreadyExists":
            raise
        raise UsageError(
            f"There is a role {role} in {account} before the rehearsal begins.",
            "It brings what it may: leave `may` out (MAY = ()), or name a role nobody made.",
        ) from None
    for arn in (each for each in may if isinstance(each, str)):
        iam.call("attach_role_policy", RoleName=role, PolicyArn=arn)
    if own := [each for each in may if not isinstance(each, str)]:
        iam.call("put_role_policy", RoleName=role, PolicyName="own", PolicyDocument=_policy(own))


def _policy(statements: Sequence[object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def next_release(checked: Checked, product: str, release: NextRelease) -> Checked:
    """The catalog as it is when a product has its next minor release and deprecates the others.

    Raises:
        UsageError: A text to be changed is not there.
    """
    root = checked.catalog.root
    tree = dict(workspace.read(root))
    folder = f"products/{product}"
    now = semver.Version.parse(checked.releases[product].version)
    following = f"{now.major}.{now.minor + 1}.0"
    for path, (old, new) in release.change.items():
        text = _text(tree, f"{folder}/{path}")
        if old not in text:
            raise UsageError(f"{folder}/{path} does not say: {old}", "Mend the rehearsal.")
        _put(tree, f"{folder}/{path}", text.replace(old, new, 1))
    today = datetime.now(UTC).date()
    changelog = _text(tree, f"{folder}/CHANGELOG.md")
    entry = f"# Changelog\n\n## {following} - {today}\n\n{release.news}\n"
    _put(tree, f"{folder}/CHANGELOG.md", changelog.replace("# Changelog\n", entry, 1))
    manifest = f"{folder}/product.yaml"
    _put(tree, manifest, _released(_text(tree, manifest), following, release.because, today))
    return built(root, tree)


def _released(text: str, version: str, because: str, today: date) -> str:
    """A product's manifest with another version, which deprecates those before it."""
    yaml = YAML()
    manifest = yaml.load(text)
    manifest["version"] = version
    manifest.setdefault("lifecycle", []).append(
        {
            "versions": f"<{version}",
            "state": "deprecated",
            "since": today,
            "because": because,
            "use": version,
        }
    )
    out = io.StringIO()
    yaml.dump(manifest, out)
    return out.getvalue()


def _text(tree: Tree, path: str) -> str:
    return tree[path].content.decode()


def _put(tree: dict[str, SourceFile], path: str, text: str) -> None:
    tree[path] = replace(tree[path], content=text.encode())
