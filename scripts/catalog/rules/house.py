"""What a house rule is: a cfn-lint rule that knows the kind of product and says what to do.

cfn-lint loads rules by class, hands each the template and takes back paths with messages
(https://github.com/aws-cloudformation/cfn-lint/blob/main/docs/custom_rules.md). Numbers E9000 and
up are kept free for such rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

from cfnlint.rules import CloudFormationLintRule, RuleMatch

from catalog.model import Kind
from catalog.rules.reading import Path, Reading

IN_SEEDS = ("E9107", "E93", "E94", "E95", "E96")
"""Beginnings of the numbers that hold for the templates of seeds too, which nobody launches from a
form: secrets, access, data, functions, deployment."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One place where a rule is broken.

    Args:
        path: The smallest existing thing that is wrong; where something is missing, where it
            should stand.
        message: What is wrong, one sentence.
    """

    path: Path
    message: str


class HouseRule(CloudFormationLintRule):  # type: ignore[misc]
    """Base of every house rule: subclasses fill in the words and `check`.

    Attributes:
        id: `E9xxx`.
        shortdesc: What is demanded, a short sentence.
        description: What goes wrong otherwise.
        source_url: The document behind it; empty for a decision of the house.
        remedy: What to do, one sentence.
        kinds: Kinds of product it holds for.
    """

    id: str = ""
    shortdesc: str = ""
    description: str = ""
    source_url: str = ""
    remedy: ClassVar[str] = ""
    kinds: ClassVar[frozenset[Kind]] = frozenset(Kind)
    tags: ClassVar[list[str]] = ["house"]

    def __init__(self) -> None:
        super().__init__()
        self.config_definition = {"kind": {"default": Kind.PROJECT.value, "type": "string"}}
        self.configure()

    @property
    def kind(self) -> Kind | None:
        """Kind of the product whose template is being read; None for a template of a seed."""
        kind = self.config["kind"]
        return Kind(kind) if kind else None

    @classmethod
    def holds(cls, kind: Kind | None) -> bool:
        """Whether the rule holds for a kind of product, or for the templates of seeds.

        A rule for some kinds only is about how these are launched, which no seed is.
        """
        if kind is None:
            return cls.id.startswith(IN_SEEDS) and cls.kinds == frozenset(Kind)
        return kind in cls.kinds

    def match(self, cfn: Any) -> list[Any]:
        """cfn-lint's entry: the matches of `check`, when the rule holds for this kind."""
        if not self.holds(self.kind):
            return []
        return [RuleMatch(list(v.path), v.message) for v in self.check(_reading(cfn))]

    def check(self, template: Reading) -> Iterator[Violation]:
        """Every violation in the template."""
        raise NotImplementedError


@lru_cache(maxsize=1)
def _reading(cfn: Any) -> Reading:
    """One reading for all rules: cfn-lint asks them one after the other."""
    return Reading(cfn.template)
