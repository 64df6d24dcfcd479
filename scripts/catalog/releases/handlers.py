"""Packed functions behind custom resources: they must answer whatever CloudFormation asks.

Code written inside a template is the house rule E9506's to judge; this looks at `functions/`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from catalog.findings import Finding
from catalog.model import Bundle, ProductFolder
from catalog.releases.packaging import parsed
from catalog.templates import loops
from catalog.templates.custom_resources import answers, is_custom, unanswered


def check(folder: ProductFolder, bundles: Iterable[Bundle], text: str) -> Iterator[Finding]:
    """Compare a product's functions with what custom resources are asked: finding C308.

    Args:
        folder: The product.
        bundles: Its code.
        text: Its rendered template.
    """
    serving = frozenset(_keys(parsed(text)))
    for bundle in bundles:
        if bundle.key not in serving:
            continue
        sources = (each.content for each in bundle.files if each.path.suffix == ".py")
        code = "\n".join(source.decode(errors="replace") for source in sources)
        missing = unanswered(code)
        wrong = f"does not handle {', '.join(missing)}" if missing else "never answers"
        if missing or not answers(code):
            yield Finding(
                file=f"{folder.path}/functions/{bundle.name}",
                rule="C308",
                message=f"A custom resource is served by this function, which {wrong}.",
                remedy="Handle each RequestType, and answer to ResponseURL on every path.",
            )


def _keys(template: Mapping[str, Any]) -> Iterator[str]:
    """Object keys of the functions that serve the template's custom resources."""
    resources = loops.resources(template)
    for resource in resources.values():
        if is_custom(resource.get("Type", "")):
            token = (resource.get("Properties") or {}).get("ServiceToken")
            serving = resources.get(_target(token), {}).get("Properties") or {}
            key = (serving.get("Code") or {}).get("S3Key")
            if isinstance(key, str):
                yield key


def _target(token: Any) -> str:
    """Logical id behind `Fn::GetAtt: [Function, Arn]` or `Ref`; empty for anything else."""
    if not isinstance(token, dict):
        return ""
    got = token.get("Fn::GetAtt", token.get("Ref", ""))
    name = got[0] if isinstance(got, list) and got else got
    return str(name).split(".")[0]
