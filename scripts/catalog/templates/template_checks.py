"""What can be said of a template before it is rendered: syntax, names of files, valid YAML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import yaml
from jinja2 import TemplateSyntaxError, nodes

from catalog.findings import Finding
from catalog.manifests.manifest import did_you_mean
from catalog.templates.language import (
    BLOCK_END,
    REMARK,
    RESERVED,
    STATEMENT,
    Environment,
    delimited,
)
from catalog.templates.yaml_text import composed


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A file that a template includes or imports: name as written, and the line of it."""

    name: str
    line: int


@lru_cache(maxsize=2048)
def check(file: str, text: str) -> tuple[tuple[Finding, ...], tuple[Reference, ...]]:
    """Read one template file.

    Args:
        file: Path relative to the catalog's root, for the findings.
        text: Its source.

    Returns:
        Findings C101, C102, C105 and C110, and the files it refers to.
    """
    text = text.replace("\r\n", "\n")
    findings = [*_lines(file, text)]
    if findings:
        return tuple(findings), ()
    findings += _yaml(file, text)
    environment = Environment(lambda _: None, lambda *_: None)
    try:
        tree = environment.parse(text, filename=file)
        references = tuple(_references(tree))
        environment.compile_checked(tree, text, file)
    except TemplateSyntaxError as error:
        return (*findings, _syntax(file, text, error)), ()
    return tuple(findings), references


def _lines(file: str, text: str) -> Iterator[Finding]:
    """What is wrong with single lines, found by lexing each of them alone."""
    environment = Environment(lambda _: None, lambda *_: None)
    for number, line in enumerate(text.split("\n"), 1):
        found = _line(line, environment)
        if found:
            rule, column, message, remedy = found
            yield Finding(
                file=file,
                line=number,
                column=column,
                rule=rule,
                message=message,
                remedy=remedy,
            )


def _line(line: str, environment: Environment) -> tuple[str, int, str, str] | None:
    reserved = RESERVED.search(line)
    if reserved:
        message = f"The character U+{ord(reserved[0]):04X} is used while rendering."
        return "C102", reserved.start() + 1, message, "Take it out."
    if REMARK.fullmatch(line):
        return None
    statement = STATEMENT.fullmatch(line)
    if statement and re.match(r"\s*(raw|endraw)\b", statement[1]):
        message = "There is no statement 'raw'; only ${{ and #@ mean anything here."
        return "C102", statement.start(1) + 1, message, "For a literal ${{ write ${{ '${{' }}."
    if not statement and (late := re.search(r"\S.*?(#@)", line)):
        message = "A statement stands behind other text."
        return "C110", late.start(1) + 1, message, "Give it a line of its own."
    if not statement and "${{" not in line:
        return None
    return _lexed(line, bool(statement), environment)


def _lexed(
    line: str, statement: bool, environment: Environment
) -> tuple[str, int, str, str] | None:
    column, open_at = 1, 0
    try:
        for _, kind, value in environment.lexer.tokeniter(delimited(line), None):
            if kind == "variable_begin":
                open_at = column
            elif kind == "variable_end":
                open_at = 0
            column += len(value)
    except TemplateSyntaxError as error:
        return _unlexed(line, statement, open_at, error.message or "")
    if open_at:
        return "C105", open_at, "An expression does not end on its line.", _ONE_LINE
    return None


def _unlexed(line: str, statement: bool, open_at: int, message: str) -> tuple[str, int, str, str]:
    indent = len(line) - len(line.lstrip()) + 1
    if statement and repr(BLOCK_END) in message:
        return "C105", indent, "A bracket is not closed on this line.", _ONE_LINE
    if open_at and "}}" not in line[open_at - 1 :]:
        return "C105", open_at, "An expression does not end on its line.", _ONE_LINE
    if "'\"'" in message or '"\'"' in message:
        return "C102", open_at or indent, "A quote is not closed on this line.", ""
    return "C102", open_at or indent, f"This cannot be parsed: {message}.", ""


_ONE_LINE = "Write it on one line; '#@ set' gives its parts names."


def _syntax(file: str, text: str, error: TemplateSyntaxError) -> Finding:
    message = (error.message or "").replace(BLOCK_END, "the end of the line").rstrip(".")
    remedy = ""
    unknown = re.match(r"No (filter|test) named '(.+)'", message)
    if unknown:
        environment = Environment(lambda _: None, lambda *_: None)
        known = environment.filters if unknown[1] == "filter" else environment.tests
        message, remedy = (
            f"There is no {unknown[1]} '{unknown[2]}'",
            did_you_mean(unknown[2], known),
        )
    elif message.startswith(("Encountered unknown tag", "Unexpected end of template")):
        message, _, remedy = message.replace("Jinja was", "It was").partition(". ")
    return Finding(
        file=file,
        line=error.lineno,
        column=column_of(text, error.lineno, unknown[2] if unknown else ""),
        rule="C102",
        message=f"{message}.",
        remedy=remedy,
    )


def column_of(text: str, line: int, word: str) -> int:
    """Where `word` stands in a line of `text`, 1-based; 0 when it is not there.

    `.word` is looked for behind a dot, which is not counted.
    """
    lines = text.split("\n")
    if not word or not 0 < line <= len(lines):
        return 0
    before = r"(?<=\.)" if word.startswith(".") else r"(?<![\w.])"
    name = re.escape(word.removeprefix("."))
    hit = re.search(rf"{before}{name}(?!\w)", lines[line - 1])
    return hit.start() + 1 if hit else 0


def own_names(text: str) -> frozenset[str]:
    """Names a template defines itself: variables, macros and their arguments, imports."""
    tree = Environment(lambda _: None, lambda *_: None).parse(text)
    named = {n.name for n in tree.find_all(nodes.Name) if n.ctx in ("store", "param")}
    macros = {macro.name for macro in tree.find_all(nodes.Macro)}
    imports = {one.target for one in tree.find_all(nodes.Import)}
    return frozenset(named | macros | imports)


def _references(tree: nodes.Template) -> Iterator[Reference]:
    for node in tree.find_all((nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)):
        named: nodes.Expr = getattr(node, "template")  # noqa: B009 - each of the four has one
        if isinstance(named, nodes.Const) and isinstance(named.value, str):
            yield Reference(name=named.value, line=node.lineno)


def _yaml(file: str, text: str) -> Iterator[Finding]:
    for part in _parts(text):
        error = yaml_error(part)
        if error:
            line, column, reason = error
            yield Finding(
                file=file,
                line=line,
                column=column,
                rule="C101",
                message=f"The source is not YAML: {reason}.",
                remedy="Put a value with ${{ }} in quotes, and lines that only a rendering makes "
                "valid behind a statement: #@ include, or #@ print of a macro.",
            )


_MACRO = re.compile(r"[ \t]*#@ *(macro|endmacro)\b")


def _parts(text: str) -> Iterator[str]:
    """The source outside of macros, and each macro's body, all at their own lines."""
    outside: list[str] = []
    body: list[str] = []
    depth = 0
    for number, line in enumerate(text.split("\n")):
        edge = _MACRO.match(line)
        outside.append("" if depth or edge else line)
        if edge:
            depth += 1 if edge[1] == "macro" else -1
            if depth == 1 and edge[1] == "macro":
                body = [""] * (number + 1)
            elif depth == 0:
                yield "\n".join(body)
        elif depth:
            body.append(line)
    yield "\n".join(outside)


def yaml_error(text: str) -> tuple[int, int, str] | None:
    """Line, column and reason why a text is not one YAML document; None when it is."""
    try:
        composed(text)
        if "\t" in text:  # of which the fast parser takes more than others do
            yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = ", ".join(part for part in (error.context, error.problem) if part)
        return (mark.line + 1, mark.column + 1, reason) if mark else (0, 0, reason)
    except yaml.YAMLError as error:
        return 0, 0, str(error).partition("\n")[0]
    return None
