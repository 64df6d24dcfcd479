"""What a rehearsal function is given: the stage with its people, and the timeline they write."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from catalog.checking import Checked
from catalog.errors import CatalogError, UsageError
from catalog.manifests.manifest import did_you_mean
from catalog.rehearsing import leftovers, opening
from catalog.rehearsing.answering import AtEndpoints
from catalog.rehearsing.approving import AtPipelines
from catalog.rehearsing.coding import AtCode
from catalog.rehearsing.contributing import Contributor
from catalog.rehearsing.exchanging import AtArtifacts
from catalog.rehearsing.ground import Ground
from catalog.rehearsing.launching import AtCatalog
from catalog.rehearsing.mailing import AtInbox
from catalog.rehearsing.other_door import InOtherDoor
from catalog.rehearsing.registry import AtRegistry
from catalog.rehearsing.removing import Cleaning
from catalog.rehearsing.timeline import Step
from catalog.rehearsing.training import AtTraining
from catalog.rehearsing.trouble import Failed, Unexpected
from catalog.targets import Deployment, UnitDeployment


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Person(
    InOtherDoor,
    AtCatalog,
    AtCode,
    AtRegistry,
    AtTraining,
    AtPipelines,
    AtArtifacts,
    AtEndpoints,
    AtInbox,
    Cleaning,
):
    """Somebody of a rehearsal; what they may do is their role's business."""


class Watch(Protocol):
    """Who follows a rehearsal while it goes on."""

    def begins(self, step: Step) -> None:
        """A step begins."""

    def goes_on(self, what: str) -> None:
        """What is waited for now."""

    def ends(self, step: Step) -> None:
        """A step ended."""


@dataclass(slots=True, kw_only=True)
class Rehearsal:
    """One rehearsal under way.

    Args:
        checked: The catalog that was published.
        ground: The embedded AWS.
        machine: Folder where people keep checkouts.
        kept: Keeps logs and artifacts as they are.
        explained: Lines that lead to the cause of an error.
        watch: Hears every step.
    """

    checked: Checked
    ground: Ground
    machine: Path
    kept: Callable[[Ground], None]
    explained: Callable[[CatalogError], Sequence[str]]
    watch: Watch
    steps: list[Step] = field(default_factory=list)
    _began: float = field(default_factory=time.monotonic)
    _before: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def person(self, name: str, account: str, role: str, *, may: Sequence[object] = ()) -> Person:
        """Somebody who works in an account.

        Args:
            name: One word, for the timeline.
            account: Alias of the organization, or 12 digits.
            role: Name of their IAM role.
            may: Where the role does not exist yet, what its owner gives it: ARNs of managed
                policies (texts) and policy statements (mappings).
        """
        number = self.ground.number(account)
        if may:
            opening.hire(self.ground, number, role, may)
        return Person(scene=self, name=name, account=number, role=role)

    def administrator(self, account: str) -> Person:
        """Who may do everything in an account."""
        return self.person("administrator", account, self.ground.target.access_role)

    def account(self, alias: str) -> str:
        """12 digits of an account of the organization."""
        return self.ground.number(alias)

    def title(self, product: str) -> str:
        """Under which title people find a product.

        Raises:
            UsageError: The catalog has none of that name.
        """
        products = self.checked.catalog.products
        if product not in products:
            raise UsageError(f"There is no product '{product}'.", did_you_mean(product, products))
        return products[product].product.title

    @property
    def elapsed(self) -> float:
        """Seconds since it began."""
        return time.monotonic() - self._began

    def unit(self, name: str) -> str:
        """Id of an organizational unit, `ou-…`.

        Raises:
            UsageError: The organization has none of that name.
        """
        units = self.ground.units
        if name not in units:
            raise UsageError(
                f"The organization has no unit {name}.", f"It has {', '.join(sorted(units))}."
            )
        return units[name]

    def lays_foundation(self) -> None:
        """The platform engineer deploys what is missing of the foundation."""
        with self.step("platform", "lays the foundation", ""):
            opening.lay_foundation(self.ground, self.checked)

    def publishes(self, checked: Checked) -> None:
        """The platform engineer publishes a catalog as `make publish` does, taskcat aside."""
        with self.step("platform", "publishes the catalog", self.ground.target.account):
            opening.publish(self.ground, checked, self.machine)
        self.checked = checked

    def host_repository(self, full_name: str) -> str:
        """Make an empty repository `<owner>/<name>` at the Git provider; its name."""
        self.ground.host_repository(full_name)
        return full_name

    def open(self) -> None:
        """Lay the foundation and publish the catalog; people come after that."""
        self.lays_foundation()
        self.publishes(self.checked)

    def bootstraps(self, *foundation: Deployment | UnitDeployment) -> None:
        """The platform engineer brings up a hub and its accounts with one command.

        Args:
            foundation: What `catalog.yaml` lists, in this order.
        """
        with self.step("platform", "brings up hub and accounts", self.ground.target.account):
            opening.bootstrap(self.ground, self.checked, foundation)

    def doctor_misses(
        self, subjects: Collection[str], *foundation: Deployment | UnitDeployment
    ) -> None:
        """The platform engineer asks doctor, which misses exactly this and names bootstrap.

        Args:
            subjects: As doctor words them; none where all is well.
            foundation: What `catalog.yaml` lists.
        """
        with self.step("platform", "asks doctor what is missing", self.ground.target.account):
            found = opening.missing(self.ground, self.checked, foundation)
            if found != frozenset(subjects):
                raise Unexpected(f"doctor to miss {sorted(subjects)}", str(sorted(found)))

    def night_falls(self) -> None:
        """Whatever is scheduled falls due once."""
        with self.step("night", "falls", ""):
            self.ground.night_falls()

    def contributor(self, name: str, repository: str) -> Contributor:
        """Somebody who works on a repository of the Git provider `<owner>/<name>`, without AWS."""
        return Contributor(scene=self, name=name, repository=repository)

    def deliver_events_twice(self) -> None:
        """From now on EventBridge delivers every event twice, as it may at any time."""
        self.ground.deliver_copies(2)

    def next_release(self, product: str, release: opening.NextRelease) -> Checked:
        """A copy of the catalog in which a product has its next minor release; not published."""
        return opening.next_release(self.checked, product, release)

    def notes_what_is_there(self) -> None:
        """Remember what every account holds, for `expects_nothing_left`."""
        self._before = leftovers.inventory(self.ground)

    def expects_nothing_left(self) -> None:
        """See that every account holds exactly what was noted."""
        with self.step("everybody", "leaves nothing behind in any account", ""):
            now = leftovers.inventory(self.ground)
            if left := leftovers.difference(self._before, now):
                raise Unexpected("every account as it was before", "; ".join(left))

    @contextmanager
    def step(self, who: str, what: str, account: str) -> Iterator[None]:
        """One line of the timeline.

        Raises:
            Failed: What was done in it went wrong; the timeline says what and why.
        """
        where = self.ground.named(account) if account else ""
        begun = time.monotonic()
        step = Step(who=who, what=what, where=where, began=self.elapsed)
        self.watch.begins(step)
        trouble: tuple[str, ...] = ()
        try:
            yield
        except CatalogError as error:
            trouble = self._explained(error)
            raise Failed(f"{who} {what}: {error.what}") from error
        finally:
            ended = Step(
                who=who,
                what=what,
                where=where,
                began=step.began,
                seconds=time.monotonic() - begun,
                trouble=trouble,
            )
            self.steps.append(ended)
            self.watch.ends(ended)

    def goes_on(self, what: str) -> None:
        """Tell what is waited for now."""
        self.watch.goes_on(what)

    def keep(self) -> None:
        """Keep logs and artifacts as they are now."""
        self.kept(self.ground)

    def _explained(self, error: CatalogError) -> tuple[str, ...]:
        try:
            return tuple(self.explained(error))
        except CatalogError as another:
            return (error.what, f"looking for the cause failed too: {another.what}")
