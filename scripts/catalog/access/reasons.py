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
from catalog.manifests import manifest
from catalog.manifests.forms import LeftOutForm, NeededForm, PermissionsForm
from catalog.manifests.manifest import Manifest
from catalog.model import Tree

FILE = "permissions.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """What a product's people wrote down about its roles; empty where they wrote nothing.

    Args:
        needed: Actions that a role holds and no rehearsal calls.
        left_out: Actions that a role does without.
    """

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
        The reasons, and findings: what is wrong with the file, and C412 for what it explains in
        vain.
    """
    path = f"products/{product}/{FILE}"
    if path not in tree:
        return Reasons(), ()
    text = tree[path].content.decode(errors="replace")
    found, findings = manifest.read(text, path, PermissionsForm)
    if found is None:
        return Reasons(), findings
    reasons = Reasons(needed=tuple(found.form.needed), left_out=tuple(found.form.left_out))
    return reasons, (*findings, *_in_vain(found, tuple(held)))


def _in_vain(found: Manifest[PermissionsForm], held: tuple[Grant, ...]) -> Iterator[Finding]:
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
