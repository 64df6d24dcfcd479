"""Which rehearsals there are: every `rehearse_*` function of `tests/rehearsals/<product>.py`."""

from __future__ import annotations

import importlib.util
import inspect
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from catalog.errors import UsageError
from catalog.layout import REHEARSALS
from catalog.manifests.manifest import did_you_mean
from catalog.rehearsing.rehearsal import Rehearsal

PREFIX = "rehearse_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """A rehearsal that can be performed.

    Args:
        product: Name of the file, which is the product's.
        name: Of the function, as people type it: `by-account-list`.
        about: First line of its docstring.
        file: Where it is written.
        opens: Whether the foundation is laid and the catalog published before it begins.
            `OPENS = False` in the file says that its people do that themselves.
    """

    product: str
    name: str
    about: str
    file: str
    act: Callable[[Rehearsal], None]
    opens: bool = True


def plays(root: Path, product: str = "", only: str = "") -> tuple[Play, ...]:
    """The rehearsals at `root`, in the order in which they are written.

    Args:
        root: Of the catalog.
        product: Only this product's; empty for all.
        only: Only the one of that name; empty for all.

    Raises:
        UsageError: There is none of that name.
    """
    files = {path.stem: path for path in sorted((root / REHEARSALS).glob("[!_]*.py"))}
    files = {name: path for name, path in files.items() if not name.startswith("test_")}
    if product and product not in files:
        raise UsageError(
            f"There is no rehearsal of '{product}' in {REHEARSALS}.", did_you_mean(product, files)
        )
    chosen = [product] if product else list(files)
    found = tuple(play for name in chosen for play in _in(files[name], name))
    if only and only not in {play.name for play in found}:
        names = [play.name for play in found]
        raise UsageError(f"There is no rehearsal '{only}'.", did_you_mean(only, names))
    return tuple(play for play in found if only in ("", play.name))


def _in(path: Path, product: str) -> Iterator[Play]:
    module = _module(path, product)
    for name, act in vars(module).items():
        if name.startswith(PREFIX) and inspect.isfunction(act):
            yield Play(
                product=product,
                name=name.removeprefix(PREFIX).replace("_", "-"),
                about=(inspect.getdoc(act) or name).partition("\n")[0],
                file=str(path),
                act=act,
                opens=getattr(module, "OPENS", True),
            )


def _module(path: Path, product: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"rehearsals.{product}", path)
    if spec is None or spec.loader is None:
        raise UsageError(f"{path} cannot be read as Python.", "Is it a file?")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up there
    spec.loader.exec_module(module)
    return module
