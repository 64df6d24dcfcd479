"""The page of portfolios: who sees which products."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.docs.markdown import NOTE, table
from catalog.model import Catalog, Kind, Portfolio, ProductFolder


def index(catalog: Catalog) -> str:
    """The page of portfolios: who sees which products."""
    lines = [NOTE.format(source="the manifests"), "", "# Portfolios"]
    for portfolio in catalog.portfolios.values():
        lines += _portfolio(catalog, portfolio)
    foundation = [one for one in catalog.products.values() if one.product.kind is Kind.FOUNDATION]
    if foundation:
        lines += [
            "",
            "## In no portfolio",
            "",
            "Deployed with CloudFormation before any project.",
            "",
            *table(("Product", "Version", "What it is"), [_listed(one) for one in foundation]),
        ]
    return "\n".join(lines) + "\n"


def _portfolio(catalog: Catalog, portfolio: Portfolio) -> Iterator[str]:
    yield from ("", f"## {portfolio.title}", "", portfolio.summary, "")
    yield f"Offered by {portfolio.provider}, in `portfolios/{portfolio.name}.yaml`."
    yield ""
    known = [catalog.products[name] for name in portfolio.products if name in catalog.products]
    yield from table(("Product", "Version", "What it does"), [_listed(one) for one in known])
    if portfolio.principals:
        yield from ("", "**May launch:** " + ", ".join(f"`{one}`" for one in portfolio.principals))
    reached = ", ".join(_reach(catalog, share.ou) for share in portfolio.share)
    yield from ("", f"**Shared with:** {reached or 'nobody'}")


def _listed(folder: ProductFolder) -> tuple[str, str, str]:
    about = folder.product
    return f"[{about.title}](../{folder.path}/README.md)", about.version, about.summary


def _reach(catalog: Catalog, ou: str) -> str:
    nodes = [
        f"`{target.ous[ou]}` in {name}"
        for name, target in catalog.settings.targets.items()
        if ou in target.ous
    ]
    return f"{ou} ({', '.join(nodes)})" if nodes else ou
