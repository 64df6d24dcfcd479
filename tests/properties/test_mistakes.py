"""Whatever somebody writes, the answer is findings with a place, never a traceback."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog import checks
from catalog.errors import Refused
from catalog.manifests.assembly import assemble
from catalog.model import SourceFile
from catalog.registry import REGISTRY
from catalog.releases.building import build

BASE = Path(__file__).parents[1] / "cases" / "base"
TREE = {
    path.relative_to(BASE).as_posix(): SourceFile(content=path.read_bytes())
    for path in sorted(BASE.rglob("*"))
    if path.is_file() and "__pycache__" not in path.parts
}
NUMBERS = {rule.number for rule in REGISTRY}
SNIPPETS = st.sampled_from(
    [
        *(": ", "- ", "#@ ", "#@#", "${{", "}}", "[", "]", "{", "}", "'", '"', "\n", "\t", "  "),
        *("&a ", "*a ", "!Ref ", "!!set ", "<<: *a", "? ", "|\n", "null", "~", "1e9", "%", "@"),
        *("\x00", "\ue000", "é", "\r\n", "---\n", "...\n", "#@ for x in x", "#@ endfor", "x | y"),
        *("2026-13-45", "2026-11-20", "0o7", ".inf", "true", "[[[[", "{a: b}", "#@ macro x(", "\\"),
    ]
)


@settings(max_examples=200)
@given(st.data())
def test_a_slip_of_the_pen(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from([p for p in TREE if p.endswith((".yaml", ".j2", ".md"))]))
    text = TREE[path].content.decode()
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        gone = data.draw(st.integers(0, 12))
        text = text[:at] + data.draw(SNIPPETS) + text[at + gone :]
    tree = {**TREE, path: SourceFile(content=text.encode())}
    catalog, findings = assemble(BASE, tree)
    built = build(catalog).values()
    every = [*findings, *checks.check(catalog, tree), *(f for one in built for f in one.findings)]
    for finding in every:
        lines = tree[finding.file].content.count(b"\n") + 1 if finding.file in tree else 0
        assert finding.rule in NUMBERS
        assert finding.line <= lines + 1
        assert finding.message.endswith((".", "?"))
        assert "\ue010" not in finding.message
        assert "\ue011" not in finding.message
    for one in built:
        if one.rendered and not any(f.stops for f in every):
            with suppress(Refused):  # YAML that its two parsers read differently
                one.release("abc")


@settings(max_examples=100)
@given(st.binary(max_size=40), st.sampled_from(sorted(TREE)))
def test_any_bytes(content: bytes, path: str) -> None:
    tree = {**TREE, path: SourceFile(content=content)}
    catalog, findings = assemble(BASE, tree)
    build(catalog)
    assert all(finding.rule in NUMBERS for finding in findings)
