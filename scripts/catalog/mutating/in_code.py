"""Edits of Python: a comparison turned round, a call left out, a number off by one.

The classic operators of mutation testing (Jia and Harman, *An Analysis and Survey of the
Development of Mutation Testing*, 2011), few enough to be tried one by one.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from catalog.mutating.mutant import Edit, Kind

_TURNED: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Lt: ("<", ">="),
    ast.LtE: ("<=", ">"),
    ast.Gt: (">", "<="),
    ast.GtE: (">=", "<"),
    ast.In: (" in ", " not in "),
    ast.NotIn: (" not in ", " in "),
    ast.Is: (" is ", " is not "),
    ast.IsNot: (" is not ", " is "),
}

Offset = Callable[[int, int], int]


def edits(source: str, *, indent: int = 0, begin: int = 0) -> Iterator[Edit]:
    """Every edit of a Python text.

    Args:
        source: The text as it stands in its file, from offset `begin` on.
        indent: Columns each line is indented by, where it stands inside another text.
        begin: Offset of the text in its file.
    """
    lines = source.splitlines(keepends=True)
    plain = "".join(line[indent:] if line.strip() else line.lstrip(" ") for line in lines)
    try:
        tree = ast.parse(plain)
    except SyntaxError:
        return  # a text with Jinja in it
    where = _offsets(lines, plain.splitlines(keepends=True), indent, begin)
    whole = " " * begin + source if begin else source
    for node in ast.walk(tree):
        for start, end, text in _of(node, where, whole):
            yield Edit(kind=Kind.CODE, start=start, end=end, text=text)


def _offsets(lines: list[str], plain: list[str], indent: int, begin: int) -> Offset:
    starts = [begin]
    for line in lines:
        starts.append(starts[-1] + len(line))

    def offset(line: int, column: int) -> int:
        # ast counts columns in bytes of UTF-8
        characters = len(plain[line - 1].encode()[:column].decode())
        return starts[line - 1] + indent + characters

    return offset


def _of(node: ast.AST, where: Offset, source: str) -> Iterator[tuple[int, int, str]]:
    match node:
        case ast.Compare(ops=[operator], left=left, comparators=[right]):
            yield from _turned(_end(left, where), _start(right, where), operator, source)
        case ast.BoolOp(op=operator, values=[first, second, *_]):
            start, end = _end(first, where), _start(second, where)
            old, new = ("and", "or") if isinstance(operator, ast.And) else ("or", "and")
            if (at := source.find(old, start, end)) >= 0:
                yield at, at + len(old), new
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield _start(node, where), _start(operand, where), ""
        case ast.If(test=ast.Call() | ast.Name() | ast.Attribute() as test):
            start, end = _start(test, where), _end(test, where)
            yield start, end, f"not {source[start:end]}"
        case ast.Expr(value=ast.Call()) | ast.Raise():
            yield _start(node, where), _end(node, where), "pass"
        case ast.Constant(value=bool() as value):
            yield _start(node, where), _end(node, where), str(not value)
        case ast.Constant(value=int() as number):
            yield _start(node, where), _end(node, where), str(number + 1)


def _turned(
    start: int, end: int, operator: ast.cmpop, source: str
) -> Iterator[tuple[int, int, str]]:
    old, new = _TURNED[type(operator)]
    if (at := source.find(old, start, end)) >= 0:
        yield at, at + len(old), new


def _start(node: ast.AST, where: Offset) -> int:
    assert isinstance(node, ast.expr | ast.stmt)  # noqa: S101 - the only nodes asked about
    return where(node.lineno, node.col_offset)


def _end(node: ast.AST, where: Offset) -> int:
    assert isinstance(node, ast.expr | ast.stmt)  # noqa: S101 - the only nodes asked about
    return where(node.end_lineno or node.lineno, node.end_col_offset or 0)
