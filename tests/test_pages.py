"""What pages and messages name is there: verbs, variables, options, files, headings, decisions."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest

from catalog import cli, rules
from catalog.registry import REGISTRY

ROOT = Path(__file__).parents[1]
MAKEFILE = (ROOT / "Makefile").read_text()
RECIPES = dict(re.findall(r"^([a-z-]+):.*##[^\n]*\n((?:\t.*\n)*)", MAKEFILE, re.MULTILINE))
SHORT = dict(re.findall(r"^(AT|SINCE) = (.*)$", MAKEFILE, re.MULTILINE))
GRADES = {"model", "document", "thread", "memory", "guess"}

TOPS = ("buildspecs", "docs", "portfolios", "products", "scripts", "seed_code", "tests", ".github")
WRITTEN_ELSEWHERE = re.compile(
    r".*/CHANGELOG\.md|scripts/catalog/skeleton/.*|tests/cases/reviews/.*"
)
"""What was said of a version, the scaffold's, and what reviews are expected to say."""

FOUND = [*ROOT.glob("*.md"), *(path for top in TOPS for path in (ROOT / top).rglob("*.md"))]
PAGES = sorted(
    name
    for name in (path.relative_to(ROOT).as_posix() for path in FOUND)
    if not WRITTEN_ELSEWHERE.fullmatch(name)
)
MODULES = [path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "scripts").rglob("*.py"))]


def _text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def _spans(text: str) -> list[str]:
    """Code inside the text."""
    return re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text)


def _lines(text: str) -> Iterator[str]:
    """Lines of code blocks, and code inside the text."""
    for block in re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        yield from block.splitlines()
    yield from _spans(text)


def _typed(text: str) -> Iterator[list[str]]:
    """Commands as words, from `make` or `catalog` on."""
    for line in _lines(text):
        told = re.search(r"(?:^|\$\(|[\s/])((?:make|catalog) [a-z][^#)]*)", line)
        if told:
            words = told[1].rstrip("\"'") if told[1].count('"') % 2 else told[1]
            yield shlex.split(words)


def _command(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command of the tool that words name, verbs of a group included, and what follows."""
    verb, *rest = words
    assert verb in cli.VERBS, f"there is no verb {verb}"
    command = cli.cli.get_command(click.Context(cli.cli), verb)
    if isinstance(command, click.Group) and rest and rest[0].islower():
        command, rest = command.commands.get(rest[0]), rest[1:]
    assert command, f"there is no {' '.join(words)}"
    return command, rest


def _options(command: click.Command) -> set[str]:
    """Options of a command and, of a group, those of its verbs."""
    below = command.commands.values() if isinstance(command, click.Group) else ()
    own = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
    return own.union({"--help", "-h"}, *map(_options, below))


@cache
def _every_option() -> frozenset[str]:
    verbs = (_options(_command([verb])[0]) for verb in cli.VERBS)
    return frozenset({"--root", "--debug"}.union(*verbs))


def _holds(command: click.Command, words: list[str]) -> None:
    said = {word.split("=")[0] for word in words if re.match(r"--?[a-z]", word)}
    assert said <= _options(command), f"{command.name} has no {said - _options(command)}"


def _recipe(verb: str) -> str:
    """What a verb of make runs, with the short names spelt out."""
    assert verb in RECIPES, f"there is no make {verb}"
    return re.sub(r"\$\((AT|SINCE)\)", lambda short: SHORT[short[1]], RECIPES[verb])


def _made(verb: str, words: list[str]) -> None:
    """Hold a command of make against its recipe, and its ARGS against the tool's options."""
    recipe = _recipe(verb)
    for name, value in (word.split("=", 1) for word in words if "=" in word):
        assert name == "PYTHON" or re.search(rf"\b{name}\b", recipe), f"make {verb} has no {name}"
        tool = re.search(r"\$\(CATALOG\) ([a-z]+)", recipe)
        if name == "ARGS" and tool:
            given = shlex.split(value)
            _holds(*_command([tool[1], *given] if verb == "project" else [tool[1]])[:1], given)


@pytest.mark.parametrize("page", PAGES)
def test_commands_exist(page: str) -> None:
    for program, *words in _typed(_text(page)):
        if program == "make":
            _made(words[0], words[1:])
        else:
            _holds(*_command(words))


def test_commands_that_messages_name_exist() -> None:
    """In backticks, or as `run make …`, `(make …)` and whatever gives make a variable."""
    told = r"(?:[`(]|[Rr]un |\")make ([a-z][a-z-]*)((?: [A-Z]+=(?:--)?[a-z]*)*)"
    said = {each for module in MODULES for each in re.findall(told, _text(module))}
    assert {"bootstrap", "publish", "docs"} <= {verb for verb, _ in said}
    for verb, variables in said:
        _made(verb, variables.split())


@pytest.mark.parametrize("page", [page for page in PAGES if page.startswith(("docs/g", "README"))])
def test_options_alone_exist(page: str) -> None:
    for code in _spans(_text(page)):
        alone = re.match(r"(?:ARGS=\"?)?(--[a-z-]+)", code)
        assert not alone or alone[1] in _every_option(), code


def test_the_pages_tell_commands() -> None:
    told = {words[1] for page in PAGES for words in _typed(_text(page)) if words[0] == "make"}
    assert {*RECIPES} - told <= {"help", "lock", "schemas", "package", "clean"}


def _anchors(text: str) -> set[str]:
    """Names that GitHub gives to headings."""
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.strip().lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    for target, anchor in re.findall(r"\]\(([^)#:\s]*)(?:#([^)\s]*))?\)", _text(page)):
        file = (ROOT / page).parent / target if target else ROOT / page
        assert file.exists(), target
        if anchor and file.suffix == ".md":
            assert anchor in _anchors(file.read_text(encoding="utf-8")), f"{target}#{anchor}"


@pytest.mark.parametrize("page", PAGES)
def test_files_named_are_there(page: str) -> None:
    """But for what the page has its reader make: `make new-product NAME=…`."""
    text = _text(page)
    mine = re.findall(r"NAME=([a-z][a-z-]+)", text)
    tops = "|".join(map(re.escape, TOPS))
    for code in _spans(text):
        for path in re.findall(rf"(?:^|[\s=])((?:{tops})/[\w./-]+)(?![\w./<*…-])", code):
            assert (ROOT / path).exists() or any(name in path for name in mine), path


@pytest.mark.parametrize("page", PAGES)
def test_findings_named_are_known(page: str) -> None:
    """Ours; what else begins with an E is cfn-lint's own."""
    known = {rule.number for rule in (*REGISTRY, *rules.catalogue())}
    assert {*re.findall(r"\b(?:C\d{3}|E9\d{3})\b", _text(page))} <= known


def test_the_page_about_architecture_has_every_package() -> None:
    """But for what is written by a verb, or copied by one."""
    packages = {path.parent.name for path in (ROOT / "scripts/catalog").glob("*/__init__.py")}
    lines = _text("docs/architecture.md").splitlines()
    start = lines.index("| package | its part of the line |")
    end = lines.index("", start)
    named = re.findall(r"`([a-z]+)`", "".join(row.split("|")[1] for row in lines[start:end]))
    assert sorted(named) == sorted(packages)


def test_every_decision_is_listed_in_order() -> None:
    files = sorted(path.name for path in (ROOT / "docs/decisions").glob("0*.md"))
    assert re.findall(r"\]\((0[^)]*\.md)\)", _text("docs/decisions/README.md")) == files
    assert [int(name[:4]) for name in files] == [*range(1, len(files) + 1)]


def test_every_assumption_has_a_number_of_its_own_and_a_known_grade() -> None:
    rows = [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for line in _text("docs/assumptions.md").splitlines()
        if re.match(r"\| [A-Z]+\d", line)
    ]
    assert len({row[0] for row in rows}) == len(rows) > 0
    for number, *_, grade in rows:
        for part in grade.split("; "):
            words = {*re.findall(r"[a-z]+", part.split(": ")[-1])}
            assert words & GRADES, f"{number}: {part}"
