"""Whom to ask about a mutant, in which order: who answers soonest, and likeliest notices, first."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from catalog.mutating.mutant import Mutant, Step

_SLOW = "_on_embedded_aws.py"
"""How files of tests are called that take as long as a rehearsal."""

_EMBEDDED = "embedded("
"""What those among them speak of that take longest: the first failure ends all of them."""

_ACTION = re.compile(r"[a-z0-9-]+:[A-Z]\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """A rehearsal.

    Args:
        product: Whose life it is.
        name: As `catalog rehearse --only` takes it.
        calls: IAM actions that roles of products called when it was last performed here; empty
            when it never was.
    """

    product: str
    name: str
    calls: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnesses:
    """Everybody who may notice.

    Args:
        seeds: Folders of seed code, which hold tests of their own, relative to the root.
        names: Names of all products and seeds.
        tests: File of tests of products, relative to the root -> its text.
        lives: Every rehearsal; of each product the whole life first, then what goes wrong in it.
    """

    seeds: Collection[str]
    names: Collection[str]
    tests: Mapping[str, str]
    lives: Sequence[Life]

    def steps(self, mutant: Mutant, root: Path) -> Iterator[Step]:
        """Whom to ask about a mutant in the copy at `root`, one after the other."""
        tool = (sys.executable, "-m", "catalog", "--root", str(root))
        pytest = (sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider")
        yield Step(name="check", command=(*tool, "check"))
        own = [each for each in self.seeds if mutant.path.startswith(f"{each}/")]
        if own:
            found = (*pytest, *(str(root / each) for each in own))
            yield Step(name="tests of seed code", command=found)
        slow, quick = self._tests(mutant)
        if quick:
            yield Step(name="tests of products", command=(*pytest, *(str(root / q) for q in quick)))
        whole, others = self._lives(mutant)
        yield from (_rehearsal(tool, each) for each in whole)
        if slow:
            found = (*pytest, *(str(root / each) for each in slow))
            yield Step(name="tests on the embedded AWS", command=found)
        yield from (_rehearsal(tool, each) for each in others)

    def _tests(self, mutant: Mutant) -> tuple[list[str], list[str]]:
        """Files of tests that speak of what was changed: those that take long, and the others.

        Tests that name neither a product nor a seed speak of every product.
        """
        seed = mutant.path.split("/")[1] if mutant.path.startswith("seed_code/") else ""
        found: tuple[list[str], list[str]] = ([], [])
        by_cost = sorted(self.tests.items(), key=lambda each: _EMBEDDED in each[1])
        for path, text in by_cost:
            named = {each for each in self.names if re.search(rf'["/]{each}["/]', text)}
            if seed in named or (not seed and (named & {*mutant.products} or not named)):
                found[0 if path.endswith(_SLOW) else 1].append(path)
        return found

    def _lives(self, mutant: Mutant) -> tuple[list[Life], list[Life]]:
        """Whole lives of the products, those first that called what was taken away; the others.

        What a product without a life of its own lacks shows in the lives of those that rely on it.
        """
        rehearsed = {each.product for each in self.lives} & {*mutant.products}
        everybody = len(rehearsed) < len(mutant.products)
        asked = [each for each in self.lives if everybody or each.product in rehearsed]
        taken = {*_ACTION.findall(mutant.before)}
        asked.sort(key=lambda life: not taken & life.calls)
        whole: dict[str, Life] = {}
        for life in asked:
            whole.setdefault(life.product, life)
        return [*whole.values()], [life for life in asked if life is not whole[life.product]]


def _rehearsal(tool: Sequence[str], life: Life) -> Step:
    return Step(
        name=f"rehearsal {life.name} of {life.product}",
        command=(*tool, "rehearse", life.product, "--only", life.name),
    )
