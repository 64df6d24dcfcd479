"""Whether one expression takes at least what another takes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.contract.patterns import takes_more

WIDER = [
    ("^[a-z]{1,20}$", "^[a-z]{1,20}$"),
    ("[a-z]{1,20}", "^[a-z]{1,20}$"),
    ("^[a-z]{1,20}$", "^[a-z0-9]{0,63}$"),
    ("^[a-z]+$", "^[a-z]*$"),
    ("^[0-9]{12}$", "^[0-9]{12,14}$"),
    ("^\\d{2}$", "^[0-9]{2,}$"),
    ("^[0-9]{12}$", "^([0-9]{12})?$"),
    ("^[0-9]{12}$", "^([0-9]{12}|none)$"),
    ("^(a|b)$", "^(a|b)?$"),
    ("^a|b$", "^a|b|c$"),
    ("^x[a]$", "^x.$"),
]
NARROWER_OR_UNKNOWN = [
    ("^[a-z0-9]{0,63}$", "^[a-z]{1,20}$"),
    ("^[a-z]*$", "^[a-z]+$"),
    ("^([0-9]{12})?$", "^[0-9]{12}$"),
    ("^[a-z]+$", "^[a-z][a-z]*$"),
    ("^[^a]$", "^[^ab]$"),
    ("^(?!ab{1,2})[a-c]+$", "^(?!ab{1,3})[a-c]+$"),
    ("^(a)b\\1{1,2}$", "^(a)b\\1{1,3}$"),
    ("^[\u00e9]$", "^[a]$"),
    ("^\\p{L}$", "^.$"),
    ("^[a-z]++x$", "^[a-z0-9]++x$"),
    ("^a$", "^\\a|b$"),
    ("^a$", "^(a|b)c$"),
    ("^a$", "^(b|c)(a|b)$"),
    ("^$", "^a$"),
]


@pytest.mark.parametrize(("old", "new"), WIDER)
def test_what_takes_more_is_seen(old: str, new: str) -> None:
    assert takes_more(old, new)


@pytest.mark.parametrize(("old", "new"), NARROWER_OR_UNKNOWN)
def test_what_takes_less_or_cannot_be_told_is_not_said_to(old: str, new: str) -> None:
    assert not takes_more(old, new)


PARTS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "[ab]", "[a-c]", "[^a]", ".", "\\d", "(ab)", "(a|b)"]),
        st.sampled_from(["", "?", "*", "+", "{1}", "{0,2}", "{1,3}", "{2,}"]),
    ).map("".join),
    min_size=1,
    max_size=3,
).map("".join)


@given(old=PARTS, new=PARTS, value=st.text("abc1", max_size=6))
def test_it_never_promises_too_much(old: str, new: str, value: str) -> None:
    if re.fullmatch(old, value) and takes_more(old, new):
        assert re.fullmatch(new, value)
