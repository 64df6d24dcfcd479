"""`permissions.yaml` of a product: why its roles hold, or lack, what no rehearsal shows.

What is held and never called has a document that demands it; what a resource type's schema names
and a launch role lacks has a reason too.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from catalog.access.written import Grant
from catalog.findings import Finding
from catalog.manifests import assembly, manifest
from catalog.manifests.manifest import Manifest
from catalog.manifests.permission_forms import (
    DeploysForm,
    LeftOutForm,
    NeededForm,
    PermissionsForm,
)
from catalog.model import Tree

FILE = "permissions.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """What a product's people wrote down about its roles; empty where they wrote nothing.

    Args:
        deploys: Templates that roles deploy which launch no product.
        needed: Actions that a role holds and no rehearsal calls.
        left_out: Actions that a role does without.
    """

    deploys: tuple[DeploysForm, ...] = ()
    needed: tuple[NeededForm, ...] = ()
    left_out: tuple[LeftOutForm, ...] = ()

    def why(self, grant: Grant) -> NeededForm | None:
        """The entry that says why a grant is needed."""
        fitting = (
            entry
            for entry in self.needed
            if entry.role == grant.holder
            and entry.sid in (None, grant.sid)
            and grant.action in entry.actions
        )
        return next(fitting, None)

    def templates_of(self, role: str) -> Iterator[str]:
        """Files of the templates that a role (a logical id) deploys."""
        return (path for entry in self.deploys if entry.role == role for path in entry.templates)

    def lacks_on_purpose(self, role: str, action: str) -> bool:
        """Whether a role (a logical id) does without an action, and somebody said why."""
        return any(
            fnmatch.fnmatchcase(action, pattern)
            for entry in self.left_out
            if entry.role == role
            for pattern in entry.actions
        )


def read(tree: Tree, product: str, held: Iterable[Grant]) -> tuple[Reasons, tuple[Finding, ...]]:
    """Read a product's reasons.

    Args:
        tree: The catalog's files.
        product: Name of the product.
        held: What its template grants.

    Returns:
        The reasons, and findings: what is wrong with the file, C412 for what it explains in vain,
        C413 for what nothing explains.
    """
    path, grants = f"products/{product}/{FILE}", tuple(held)
    if path not in tree:
        return Reasons(), tuple(_unexplained(Reasons(), grants, path))
    text = tree[path].content.decode(errors="replace")
    found, findings = manifest.read(text, path, PermissionsForm)
    findings = (*findings, *assembly.modeline(path, text, PermissionsForm))
    if found is None:
        return Reasons(), findings
    reasons = Reasons(
        deploys=tuple(found.form.deploys),
        needed=tuple(found.form.needed),
        left_out=tuple(found.form.left_out),
    )
    vain = (*_needs_in_vain(found, grants), *_left_out_in_vain(found, grants))
    absent = tuple(_absent(found, grants, tree))
    return reasons, (*findings, *vain, *absent, *_unexplained(reasons, grants, path))


def _unexplained(reasons: Reasons, held: tuple[Grant, ...], path: str) -> Iterator[Finding]:
    for grant in held:
        if grant.allows and "*" in grant.action and reasons.why(grant) is None:
            yield Finding(
                file=grant.place.file,
                line=grant.place.line,
                rule="C413",
                message=f"{grant.action} allows more than it names, and nobody says why.",
                remedy=f"List the actions, or give the reason under needed in {path}.",
            )


def _absent(
    found: Manifest[PermissionsForm], held: tuple[Grant, ...], tree: Tree
) -> Iterator[Finding]:
    roles = {grant.holder for grant in held if grant.trusts}
    for number, entry in enumerate(found.form.deploys):
        if entry.role not in roles:
            yield found.finding(
                "C412",
                ("deploys", number, "role"),
                f"There is no role {entry.role}.",
                manifest.did_you_mean(entry.role, roles),
            )
        for place, template in enumerate(entry.templates):
            if template not in tree:
                yield found.finding(
                    "C412",
                    ("deploys", number, "templates", place),
                    f"There is no file {template}.",
                    "Name it from the catalog's root, or remove it here.",
                )


def _needs_in_vain(found: Manifest[PermissionsForm], held: tuple[Grant, ...]) -> Iterator[Finding]:
    for number, needed in enumerate(found.form.needed):
        own = [g for g in held if g.holder == needed.role and needed.sid in (None, g.sid)]
        for place, action in enumerate(needed.actions):
            if action not in {grant.action for grant in own}:
                yield found.finding(
                    "C412",
                    ("needed", number, "actions", place),
                    f"{needed.role} does not hold {action}"
                    + (f" in its statement {needed.sid}." if needed.sid else "."),
                    f"Give it the action that {needed.document or 'its reason'} speaks of, "
                    "or remove it here.",
                )


def _left_out_in_vain(
    found: Manifest[PermissionsForm], held: tuple[Grant, ...]
) -> Iterator[Finding]:
    for number, left in enumerate(found.form.left_out):
        own = [grant for grant in held if grant.holder == left.role and grant.allows]
        for place, action in enumerate(left.actions):
            if not own or any(grant.grants(action) for grant in own):
                yield found.finding(
                    "C412",
                    ("left_out", number, "actions", place),
                    f"{left.role} holds {action}." if own else f"There is no role {left.role}.",
                    "Remove it here, or there.",
                )
