"""What a change does to one product: its form, its resources, its permissions, its words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from semver import Version

from catalog.access.reasons import Reasons
from catalog.model import Bundle, Product, ProductFolder, Release, Tree
from catalog.reviewing import grants, manifests, templates
from catalog.reviewing.permissions import Permission
from catalog.reviewing.review import Code, Remark, Step, Topic
from catalog.reviewing.templates import Roles
from catalog.templates import seed_templates

_MOST = 8
"""Files named of a bundle that changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A product before or after a change.

    Args:
        release: None when it could not be built.
        seeds: Name of a bundle -> the files a project's repository starts with.
        said: Its `permissions.yaml`.
    """

    folder: ProductFolder
    release: Release | None
    seeds: dict[str, Tree]
    said: Reasons

    @property
    def product(self) -> Product:
        """Its manifest."""
        return self.folder.product


def differs(then: Side | None, now: Side | None) -> bool:
    """Whether a change makes anything else of a product."""
    if then is None or now is None:
        return then is not now
    releases = _releases(then, now)
    return (
        releases is None or releases[0].digest != releases[1].digest or then.product != now.product
    )


def step(then: Side | None, now: Side | None, reach: tuple[str, ...]) -> Step:
    """The product's version before and after; one of both sides is there."""
    side = now or then
    if side is None:
        raise ValueError("A product is there before a change, after it, or both.")
    before = then.product.version if then else ""
    after = now.product.version if now else ""
    releases = _releases(then, now)
    return Step(
        product=side.product.name,
        title=side.product.title,
        before=before,
        after=after,
        needed=templates.needed(*releases) if releases else "",
        chosen=_chosen(before, after) if before and after else "",
        digest=now.release.digest if now and now.release else "",
        reach=reach if now else (),
    )


def remarks(then: Side | None, now: Side | None, roles: Roles) -> Iterator[Remark]:
    """Everything to say about one product."""
    if then is not None and now is None:
        text = ("what is published of it stays until somebody says --prune",)
        yield Remark(topic=Topic.GONE, subject=then.product.name, text=text)
    if then is None and now is not None:
        what = (f"{now.product.kind}:", Code(now.product.summary))
        yield Remark(topic=Topic.NEW, subject=now.product.name, text=what)
    if then is not None and now is not None:
        yield from manifests.remarks(then.product, now.product)
    if releases := _releases(then, now):
        yield from templates.remarks(*releases, roles)
        yield from _code(*releases)
    if now is not None and now.release:
        if then is None or then.product.launch_role != now.product.launch_role:
            yield from templates.launched(now.release, roles)
        held = _held(now)
        if then is None:  # what a new product denies or bounds, nobody had
            held = {each for each in held if each.widens}
        yield from grants.remarks(now.product.name, _held(then) if then else set(), held)


def _releases(then: Side | None, now: Side | None) -> tuple[Release, Release] | None:
    """Both releases, where there are two."""
    if then is None or now is None or then.release is None or now.release is None:
        return None
    return then.release, now.release


def _chosen(before: str, after: str) -> str:
    old, new = Version.parse(before), Version.parse(after)
    if new <= old:
        return "none" if new == old else "down"
    parts = zip(("major", "minor", "patch"), old.to_tuple(), new.to_tuple(), strict=False)
    return next(name for name, was, now in parts if was != now)


# --- code and permissions -----------------------------------------------------------------------


def _code(then: Release, now: Release) -> Iterator[Remark]:
    old, new = _bundles(then), _bundles(now)
    for key in sorted(old.keys() | new.keys()):
        was, is_ = old.get(key), new.get(key)
        if was is None or is_ is None or was.digest != is_.digest:
            files = _changed(was, is_)
            more = f" and {len(files) - _MOST} more files" if len(files) > _MOST else ""
            text = (f"of the {' '.join(key)}{more}",)
            names = files[:_MOST]
            yield Remark(topic=Topic.CODE, subject=now.product.name, names=names, text=text)


def _bundles(release: Release) -> dict[tuple[str, str], Bundle]:
    return {(bundle.kind, bundle.name): bundle for bundle in release.bundles}


def _changed(old: Bundle | None, new: Bundle | None) -> tuple[str, ...]:
    """Files that differ, with a sign for those that came or went."""
    was = {str(file.path): file for file in old.files} if old else {}
    now = {str(file.path): file for file in new.files} if new else {}
    return tuple(
        f"+{path}" if path not in was else f"-{path}" if path not in now else path
        for path in sorted(was.keys() | now.keys())
        if was.get(path) != now.get(path)
    )


def _held(side: Side) -> set[Permission]:
    """What the product's template and those in its seeds allow."""
    own = {"": side.release.template} if side.release else {}
    for name, files in side.seeds.items():
        texts = seed_templates.templates(files)
        own |= {f"{path} of the seed {name}": text for path, text in texts.items()}
    return grants.in_templates(own, side.said)
