"""The stamp: the one thing of a published template that differs by target.

`Mappings.Catalog` names the artifact bucket of each region, because Lambda and CodeCommit read code
only from a bucket in their own region. The digest of a release is taken without it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

import yaml

from catalog.errors import Refused
from catalog.releases.packaging import canonical
from catalog.templates.yaml_text import composed

_USE = re.compile(
    r"""!FindInMap\s*\[?\s*(?:-\s*)?["']?Catalog\b   # short form, flow or block
      | Fn::FindInMap["']?\s*:\s*\[?\s*(?:-\s*)?["']?Catalog\b""",
    re.VERBOSE,
)
_NOTE = "# Added when published: where this account keeps the code of its products."
_STAMP = re.compile(
    rf"""(?P<head>^Mappings:\n)?
      (?P<block>^(?P<indent>[ ]+){re.escape(_NOTE)}\n(?P=indent)Catalog:\n
      (?:(?P=indent){{2}}[a-z0-9-]+:\n(?P=indent){{3}}Bucket:[ ]\S+\n)+)""",
    re.VERBOSE | re.MULTILINE,
)


def needs_stamp(text: str) -> bool:
    """Whether a template looks something up in the mapping `Catalog`."""
    return bool(_USE.search(text))


def stamp(text: str, buckets: Mapping[str, str]) -> str:
    """Add the artifact buckets to a template.

    Args:
        text: YAML of a release.
        buckets: Region -> name of the artifact bucket there.

    Returns:
        The same text with the mapping, comments and order kept; unchanged when the template does
        not use it.

    Raises:
        Refused: The template cannot take the stamp.
    """
    if not needs_stamp(text):
        return text
    lines = text.split("\n")
    section = _section(text, "Mappings")
    before = _section(text, "Resources")
    if section is not None:
        at, indent = section[0] + 1, section[1]
        block = _block(buckets, indent)
    elif before is not None:
        at, block = before[0], ["Mappings:", *_block(buckets, "  "), ""]
    else:
        raise Refused("The template has no Resources.", "A template needs at least one.")
    stamped = "\n".join([*lines[:at], *block, *lines[at:]])
    _verify(text, stamped, buckets)
    return stamped


def unstamped(text: str) -> str:
    """The template as it was released: the inverse of `stamp`, byte for byte.

    A text without a stamp comes back as it is.
    """
    found = _STAMP.search(text)
    if found is None:
        return text
    rest = text[found.end() :]
    alone = found["head"] and re.match(r"""\n["']?Resources["']?\s*:""", rest)
    if alone:  # the whole section was the stamp's, and the blank line below it
        return text[: found.start()] + rest[1:]
    return text[: found.start("block")] + rest


def bare(text: str) -> str:
    """A published template as canonical JSON without the stamp: what a digest is taken over.

    It compares what a template says, not how it is written, so that a copy which was written anew
    is still known.

    Raises:
        Refused: The text is no template.
    """
    template = json.loads(canonical(text))
    mappings = template.get("Mappings")
    if isinstance(mappings, dict) and mappings.pop("Catalog", None) and not mappings:
        del template["Mappings"]
    return canonical(json.dumps(template, ensure_ascii=False))


def stamped(text: str, region: str) -> str | None:
    """The artifact bucket that a published template names for a region; None when it names none.

    What is no template names none.
    """
    try:
        mappings = json.loads(canonical(text)).get("Mappings")
    except Refused:
        return None
    stamp = mappings.get("Catalog") if isinstance(mappings, dict) else None
    here = stamp.get(region) if isinstance(stamp, dict) else None
    return str(here.get("Bucket")) if isinstance(here, dict) else None


def _block(buckets: Mapping[str, str], indent: str) -> list[str]:
    return [
        f"{indent}{_NOTE}",
        f"{indent}Catalog:",
        *(
            f"{indent * 2}{region}:\n{indent * 3}Bucket: {bucket}"
            for region, bucket in sorted(buckets.items())
        ),
    ]


def _section(text: str, name: str) -> tuple[int, str] | None:
    """0-based line of a top-level section in block style, and the indentation of its entries."""
    top = composed(text)
    for key, value in top.value if isinstance(top, yaml.MappingNode) else ():
        if key.value != name:
            continue
        if not isinstance(value, yaml.MappingNode) or value.flow_style:
            raise Refused(
                f"The section {name} of the template is not written as a block.",
                f"Write '{name}:' on a line of its own and its entries below it, indented.",
            )
        return key.start_mark.line, " " * value.start_mark.column
    return None


def _verify(text: str, stamped: str, buckets: Mapping[str, str]) -> None:
    """The stamped text must be the template and the mapping, nothing else."""
    expected = json.loads(canonical(text))
    stamp_of = {region: {"Bucket": bucket} for region, bucket in buckets.items()}
    expected["Mappings"] = {**expected.get("Mappings", {}), "Catalog": stamp_of}
    if json.loads(canonical(stamped)) != expected:
        raise Refused(
            "The template would not be the same after stamping.",
            "Write its top-level sections in block style, without anchors across them.",
        )
