"""Whom a catalog reaches: portfolios, those who may launch, organizational units."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from catalog.model import Catalog, Portfolio, PortfolioShare
from catalog.reviewing.review import Code, Remark, Topic, became
from catalog.targets import Target


def offered(catalog: Catalog, product: str) -> tuple[str, ...]:
    """Where a product goes: portfolios with the units they are shared with, or accounts."""
    portfolios = (
        f"{name} → {', '.join(share.ou for share in portfolio.share) or 'this account'}"
        for name, portfolio in sorted(catalog.portfolios.items())
        if product in portfolio.products
    )
    deployments = (
        f"foundation of {target.name} → {', '.join(places)}"
        for target in catalog.settings.targets.values()
        if (places := _places(target, product))
    )
    return (*portfolios, *deployments)


def _places(target: Target, product: str) -> Iterable[str]:
    """Where a foundation product is deployed, each account or OU once."""
    return dict.fromkeys(each.reach for each in target.foundation if each.product == product)


def moved(then: Catalog, now: Catalog) -> frozenset[str]:
    """Products that a portfolio begins or ceases to offer."""
    old = {(name, p) for name, one in then.portfolios.items() for p in one.products}
    new = {(name, p) for name, one in now.portfolios.items() for p in one.products}
    return frozenset(product for _, product in old ^ new)


def remarks(then: Catalog, now: Catalog) -> Iterator[Remark]:
    """What changes in portfolios."""
    targets = tuple(now.settings.targets.values())
    for name in sorted(then.portfolios.keys() | now.portfolios.keys()):
        yield from _portfolio(name, then.portfolios.get(name), now.portfolios.get(name), targets)


# --- portfolios ---------------------------------------------------------------------------------


def _portfolio(
    name: str, old: Portfolio | None, new: Portfolio | None, targets: Sequence[Target]
) -> Iterator[Remark]:
    if new is None:
        left = "what is published of it stays until somebody says --prune"
        yield Remark(topic=Topic.GONE, subject=f"portfolio {name}", text=(left,))
        return
    subject = f"portfolio {name}"
    if old is None:
        yield Remark(topic=Topic.NEW, subject=subject, names=(new.title,))
    before = old or Portfolio(name=name, title="", provider="", summary="", products=())
    yield from _principals(subject, before.principals, new.principals)
    yield from _shares(subject, before, new, targets)
    yield from _members(subject, before, new)
    if old is not None:
        yield from _words(subject, old, new)


def _principals(subject: str, old: Sequence[str], new: Sequence[str]) -> Iterator[Remark]:
    gone = [name for name in old if name not in new]
    for name in (name for name in new if name not in old):
        text = _came(name, old, [had for had in gone if _covers(name, had)])
        yield Remark(topic=Topic.PRINCIPALS, subject=subject, names=(name,), text=text)
    for name in gone:
        if not any(_covers(now, name) for now in new):
            left = "no longer named here; it stays published until somebody says --prune"
            yield Remark(topic=Topic.SHRUNK, subject=subject, names=(name,), text=(left,))


def _came(name: str, old: Sequence[str], narrower: Sequence[str]) -> tuple[str, ...]:
    """How a principal came in: in place of narrower ones, beside a wider one, or as a new one."""
    if narrower:
        return "widened from", Code(", ".join(narrower))
    covered = any(_covers(had, name) for had in old)
    return ("added, though covered by another",) if covered else ("added",)


def _covers(pattern: str, name: str) -> bool:
    """Whether everybody of `name` is of `pattern`, in whose `?` is one letter or none.

    API reference of AssociatePrincipalWithPortfolio, `PrincipalARN`.
    """
    taken = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".?")
    return bool(re.fullmatch(taken, name))


def _shares(
    subject: str, old: Portfolio, new: Portfolio, targets: Sequence[Target]
) -> Iterator[Remark]:
    had, has = _by_unit(old.share), _by_unit(new.share)
    for unit, share in has.items():
        before = had.get(unit)
        if before is None:
            what = ("now shared with it,", Code(_nodes(unit, targets)), _flags(share))
            yield Remark(topic=Topic.SHARED, subject=subject, names=(unit,), text=what)
        elif before != share:
            topic = Topic.SHARED if _grows(before, share) else Topic.SHRUNK
            now = ("now", _flags(share))
            yield Remark(topic=topic, subject=subject, names=(unit,), text=now)
    for unit in sorted(had.keys() - has.keys()):
        left = "no longer shared with it; the share stays until somebody says --prune"
        yield Remark(topic=Topic.SHRUNK, subject=subject, names=(unit,), text=(left,))


def _members(subject: str, old: Portfolio, new: Portfolio) -> Iterator[Remark]:
    if added := tuple(name for name in new.products if name not in old.products):
        units = ", ".join(share.ou for share in new.share) or "this account"
        people = ", ".join(new.principals) or "nobody yet"
        what = ("offered to", Code(people), "in", Code(units))
        yield Remark(topic=Topic.SHARED, subject=subject, names=added, text=what)
    if gone := tuple(name for name in old.products if name not in new.products):
        left = "no longer offered here; it stays in the portfolio until somebody says --prune"
        yield Remark(topic=Topic.SHRUNK, subject=subject, names=gone, text=(left,))


def _words(subject: str, old: Portfolio, new: Portfolio) -> Iterator[Remark]:
    for field in ("title", "provider", "summary"):
        was, now = getattr(old, field), getattr(new, field)
        if was != now:
            text = (f"{field}:", *became(was, now))
            yield Remark(topic=Topic.WORDS, subject=subject, text=text)
    yield from tags(subject, old.tags, new.tags)


def tags(subject: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Remark]:
    """How tags differ."""
    for key in sorted(old.keys() | new.keys()):
        was, now = old.get(key, "(none)"), new.get(key, "(none)")
        if was != now:
            text = ("tag", Code(key), *became(was, now))
            yield Remark(topic=Topic.WORDS, subject=subject, text=text)


def _by_unit(shares: Iterable[PortfolioShare]) -> dict[str, PortfolioShare]:
    return {share.ou: share for share in shares}


def _grows(old: PortfolioShare, new: PortfolioShare) -> bool:
    return (new.principals and not old.principals) or (new.tag_options and not old.tag_options)


def _flags(share: PortfolioShare) -> str:
    principals = "with" if share.principals else "without"
    options = "with" if share.tag_options else "without"
    return f"{principals} its principals and {options} tag options"


def _nodes(unit: str, targets: Iterable[Target]) -> str:
    """What an alias stands for, target by target."""
    named = (f"{target.ous.get(unit, 'unknown')} of {target.name}" for target in targets)
    return ", ".join(named) or "no target yet"
