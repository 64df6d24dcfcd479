"""Whatever somebody writes into a manifest, in a comment it is text and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from catalog.reviewing import markdown

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
PIECES = st.sampled_from(
    [
        *"`*_[]()<>|~$!&\\#@:-+=\n \t\u202e\u200b1a",
        "```",
        "</details>",
        "<!--",
        "-->",
        "<img src=x onerror=alert(1)>",
        "[x](https://example.com)",
        "![x](y)",
        "https://example.com",
        "www.example.com",
        "a@example.com",
        "@everyone",
        "#1",
        "GH-1",
        "|---|",
        "\\|",
        "&lt;",
        "&#64;team",
        "~~~",
        "\r\n",
        "\u2028",
    ]
)
TEXTS = st.one_of(st.text(max_size=30), st.lists(PIECES, max_size=12).map("".join))
PLAIN = {"text", "code_inline", "softbreak", "strong_open", "strong_close", "text_special"}
LINKED = re.compile(r"@\w|#\d|https?://|www\.|GH-\d", re.IGNORECASE)


def inline(tokens: Iterable[Token]) -> Iterator[Token]:
    for token in tokens:
        yield from token.children or ()


@given(TEXTS, TEXTS)
def test_a_line_of_a_list_stays_one(name: str, said: str) -> None:
    line = f"- **x{markdown.prose(name)}x**, a topic: {markdown.code(said)} {markdown.prose(said)}"
    tokens = READER.parse(line)
    assert [t.type for t in tokens] == [
        "bullet_list_open",
        "list_item_open",
        "paragraph_open",
        "inline",
        "paragraph_close",
        "list_item_close",
        "bullet_list_close",
    ]
    parts = list(inline(tokens))
    assert {part.type for part in parts} <= PLAIN
    assert [part.type for part in parts].count("code_inline") == 1
    assert not any(LINKED.search(p.content) for p in parts if p.type != "code_inline")


@given(st.lists(TEXTS, min_size=2, max_size=2))
def test_a_row_keeps_its_cells(cells: list[str]) -> None:
    tokens = READER.parse(markdown.table(("One", "Two"), [["x" + cell for cell in cells]]))
    assert [t.type for t in tokens].count("td_open") == 2
    assert [t.type for t in tokens].count("tr_open") == 2
    assert {part.type for part in inline(tokens)} <= PLAIN


@given(st.lists(TEXTS, max_size=5), TEXTS)
def test_a_fold_closes_after_its_block(lines: list[str], summary: str) -> None:
    text = markdown.folded(summary, markdown.block(lines))
    tokens = READER.parse(text)
    assert [t.type for t in tokens] == ["html_block", "fence", "html_block"]
    assert tokens[0].content.count("<") == 3
    assert tokens[2].content.strip() == "</details>"
