"""Code that travels with a template: from a folder's files to a bundle and its zip.

A bundle is named by what is in it: the digest covers sorted paths, executable bits and contents,
never a date or an archive's bytes, which differ between zlib builds. The zip stores its files
uncompressed, at a fixed date, so that it too is the same everywhere.
"""

from __future__ import annotations

import hashlib
import io
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from catalog.findings import Finding, Severity
from catalog.manifests import leaks
from catalog.model import Bundle, BundledFile, ProductFolder, SourceFile, Tree

SEED, FUNCTION = "seed", "function"

FOLDER = "bundles/"
"""Where the bundles of what is published lie in the artifact bucket."""

MAX_FILE = 6 * 1024 * 1024
"""Bytes of one file: what CodeCommit takes through its API (FileContentSizeLimitExceeded)."""

MAX_BUNDLE = {SEED: 20 * 1024 * 1024, FUNCTION: 250 * 1024 * 1024}
"""Bytes of all files: a sane repository to start with; a Lambda function unpacked (its quotas)."""


def of_product(
    folder: ProductFolder, seeds: Mapping[str, Tree]
) -> tuple[tuple[Bundle, ...], tuple[Finding, ...]]:
    """The bundles of a product.

    Args:
        folder: The product.
        seeds: Folder under `seed_code/` -> its files.

    Returns:
        Its seeds and functions, sorted by kind and name, and findings C301 to C305.
    """
    bundles: list[Bundle] = []
    findings: list[Finding] = []
    for name, tree in sorted(folder.functions.items()):
        packed = {path: file for path, file in tree.items() if not _is_test(path)}
        findings += check(packed, f"{folder.path}/functions/{name}", FUNCTION)
        bundles.append(bundle(name, FUNCTION, packed))
    for name, source in sorted(folder.product.seeds.items()):
        tree = seeds.get(source, {})  # a missing folder is a finding of the manifest
        findings += check(tree, f"seed_code/{source}", SEED)
        bundles.append(bundle(name, SEED, tree))
    return tuple(bundles), tuple(sorted(set(findings)))


def bundle(name: str, kind: str, tree: Tree) -> Bundle:
    """Pack a folder's files; `name` is the one the template uses."""
    files = tuple(
        BundledFile(path=PurePosixPath(path), content=file.content, executable=file.executable)
        for path, file in sorted(tree.items())
        if not file.link
    )
    digest = _digest(files)
    key = f"{FOLDER}{kind}/{name}/{digest}.zip"
    return Bundle(name=name, kind=kind, files=files, digest=digest, key=key)


def archive(packed: Bundle) -> bytes:
    """The bundle as a zip; the same bytes for the same digest."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as made:
        for file in packed.files:
            entry = zipfile.ZipInfo(str(file.path), date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system = 3  # Unix, on which the permissions below have a meaning
            mode = 0o755 if file.executable else 0o644
            entry.external_attr = (stat.S_IFREG | mode) << 16
            made.writestr(entry, file.content)
    return out.getvalue()


def unpacked(name: str, kind: str, content: bytes) -> Bundle | None:
    """The bundle that `archive` made these bytes of; None when it made others."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            tree = {
                entry.filename: SourceFile(
                    content=packed.read(entry),
                    executable=bool(entry.external_attr >> 16 & stat.S_IXUSR),
                )
                for entry in packed.infolist()
            }
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError):
        return None
    found = bundle(name, kind, tree)
    return found if archive(found) == content else None


def _digest(files: tuple[BundledFile, ...]) -> str:
    digest = hashlib.sha256()
    for file in files:
        for part in (str(file.path).encode(), file.content):
            digest.update(f"{len(part)}:".encode() + part)
        digest.update(b"x" if file.executable else b"-")
    return digest.hexdigest()


def _is_test(path: str) -> bool:
    """Whether a file of a function is a test of it, which Lambda has no use for."""
    parts = PurePosixPath(path).parts
    return "tests" in parts[:-1] or parts[-1].startswith("test_") or parts[-1] == "conftest.py"


def check(tree: Tree, folder: str, kind: str) -> Iterator[Finding]:
    """What must not be packed: findings C301 to C305 for the files of a folder."""
    folded: dict[str, str] = {}
    for path, file in sorted(tree.items()):
        place = f"{folder}/{path}"
        if file.link:
            yield Finding(
                file=place,
                rule="C301",
                message=f"This is a symbolic link to {file.content.decode(errors='replace')}.",
                remedy="Put the file itself here.",
            )
            continue
        yield from _path(path, place)
        yield from _content(file.content, path, place)
        other = folded.setdefault(path.casefold(), path)
        if other != path:
            yield Finding(
                file=place,
                rule="C305",
                message=f"Only upper and lower case tell this path from {other}.",
                remedy="Rename one of the two.",
            )
    total = sum(len(file.content) for file in tree.values())
    if total > MAX_BUNDLE[kind]:
        message = f"The files have {_mib(total)} together."
        remedy = f"A {kind} may have {_mib(MAX_BUNDLE[kind])}; data belongs into a bucket."
        yield Finding(file=folder, rule="C304", message=message, remedy=remedy)


def _path(path: str, place: str) -> Iterator[Finding]:
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts:
        why = "leaves the folder it is unpacked in"
    elif "\\" in path or ":" in path or not path.isprintable():
        why = "has a character that is no part of a file name everywhere"
    else:
        return
    yield Finding(file=place, rule="C302", message=f"This path {why}.", remedy="Rename the file.")


def _content(content: bytes, path: str, place: str) -> Iterator[Finding]:
    if len(content) > MAX_FILE:
        yield Finding(
            file=place,
            rule="C304",
            message=f"This file has {_mib(len(content))}.",
            remedy=f"A file may have {_mib(MAX_FILE)}; data belongs into a bucket.",
        )
        return
    if leaks.in_name(path):
        yield Finding(
            file=place,
            rule="C303",
            message="Files of this name hold credentials.",
            remedy="Take it out of the repository, and revoke what is in it.",
        )
    for line, what in leaks.in_text(content.decode("latin-1")):
        yield Finding(
            file=place,
            line=line,
            rule="C303",
            message=f"This looks like {what}.",
            remedy="Take it out of the repository, and revoke it: it is in the history.",
        )


def _mib(size: int) -> str:
    return f"{size / (1024 * 1024):.1f} MiB"


def unused(folder: ProductFolder, bundles: tuple[Bundle, ...], text: str) -> Iterator[Finding]:
    """Bundles whose key is nowhere in a rendered text: finding C307, a warning."""
    for packed in bundles:
        if packed.key not in text:
            own = f"functions/{packed.name}" if packed.kind == FUNCTION else "product.yaml"
            yield Finding(
                file=f"{folder.path}/{own}",
                rule="C307",
                message=f"The template never uses the {packed.kind} '{packed.name}'.",
                remedy=f"Its key is ${{{{ {packed.kind}.{packed.name}.key }}}}.",
                severity=Severity.WARNING,
            )
