"""Any template: the text is Jinja's own, and every line of it knows where it was written."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import DictLoader, StrictUndefined
from jinja2 import Environment as Jinja

from catalog.templates.language import Environment
from catalog.templates.source_map import origins

VALUES = {"one": "x", "many": ["a", "b", "c"], "text": "first\nsecond", "none": "", "yes": True}

leaf = st.sampled_from(
    [
        "key: value",
        "",
        "  indented: 1",
        "   ",
        "name: ${{ one }}",
        "${{ one }}${{ none }}",
        "${{ text }}",
        "${{ none }}",
        "text: ${{ text | indent(4) }} tail",
        "#@# a remark",
        '#@ include "part"',
        "#@ print lib.lines(one)",
        "  #@ print lib.lines(text) | indent(6, first=true)",
        "x: ${{ lib.lines(one) | trim }}",
        "n: ${{ lib.lines(one) | length }}",
        "up: ${{ lib.lines(text) | upper | replace('X', 'y') }}",
        "{{ untouched }} {% too %} {# yes #}",
    ]
)
pair = st.sampled_from(
    [
        ("#@ for item in many", "#@ endfor"),
        ("  #@ if yes", "  #@ endif"),
        ("#@ if not yes", "#@ endif"),
        ("#@ set caught", "#@ endset"),
        ("#@ filter indent(2, true)", "#@ endfilter"),
        ("#@ filter upper", "#@ endfilter"),
    ]
)
block = st.recursive(
    st.lists(leaf, max_size=4),
    lambda inner: st.builds(
        lambda edges, before, body, after: [*before, edges[0], *body, edges[1], *after],
        pair,
        st.lists(leaf, max_size=2),
        inner,
        inner,
    ),
    max_leaves=6,
)
LIBRARY = "#@ macro lines(what)\na: ${{ what }}\n\nb: 2\n#@ endmacro\n"


def files_of(lines: list[str], end: str) -> dict[str, str]:
    main = '#@ import "lib" as lib\n' + "\n".join(lines) + end
    return {"main": main, "part": "part: 1\n\n  two: ${{ one }}\n", "lib": LIBRARY}


def ours(files: dict[str, str], *, marked: bool) -> str:
    environment = Environment(lambda name: (files[name], name), lambda *_: None, marked=marked)
    return environment.get_template("main").render(VALUES)


@settings(max_examples=150)
@given(block, st.sampled_from(["", "\n", "\n\n"]))
def test_every_line_has_an_origin_and_the_text_is_plain(lines: list[str], end: str) -> None:
    files = files_of(lines, end)
    plain = ours(files, marked=False)
    found = origins(plain, ours(files, marked=True), "main")
    assert len(found) == plain.count("\n") + 1
    for origin in found:
        assert 1 <= origin.line <= files[origin.file].count("\n") + 1


@settings(max_examples=100)
@given(st.lists(st.sampled_from([f"line{n}: {n}" for n in range(30)]), unique=True))
def test_lines_that_are_only_text_map_to_themselves(lines: list[str]) -> None:
    files = files_of([f"#@ if yes\n{line}\n#@ endif" for line in lines], "\n")
    plain = ours(files, marked=False)
    found = origins(plain, ours(files, marked=True), "main")
    for line, origin in zip(plain.split("\n"), found, strict=True):
        if line:
            assert files[origin.file].split("\n")[origin.line - 1] == line


@settings(max_examples=100)
@given(block, st.sampled_from(["", "\n"]))
def test_the_language_is_jinja_with_other_delimiters(lines: list[str], end: str) -> None:
    files = files_of([line for line in lines if "{{ untouched" not in line], end)
    usual = {name: _usual(text) for name, text in files.items()}
    jinja = Jinja(  # noqa: S701 - text, not HTML
        loader=DictLoader(usual),
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    assert ours(files, marked=False) == jinja.get_template("main").render(VALUES)


def _usual(text: str) -> str:
    lines = []
    for line in text.split("\n"):
        bare = line.strip(" \t")
        if bare.startswith("#@#"):
            lines.append("{##}")
        elif bare.startswith("#@"):
            lines.append("{% " + bare.removeprefix("#@") + " %}")
        else:
            lines.append(line.replace("${{", "{{"))
    return "\n".join(lines)
