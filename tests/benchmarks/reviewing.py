"""Time of `catalog review` on a small change in a large catalog, against linting all of it."""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

from tests.benchmarks.checking import BIN, COMMIT, alternating, cold, seconds, write_catalog
from tests.benchmarks.table import Row, Section

PRODUCTS = 100
USERS = 50
"""Products that take the shared macro in."""

_REVIEW = (BIN / "catalog", "review")
_MACRO = "products/_shared/note.yaml.j2"
_ONE = f"products/benchmark-{PRODUCTS - 1:03}/template.yaml.j2"


def review() -> Section:
    """One product changed, a macro of many changed, and everything linted."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        texts = write_catalog(root, PRODUCTS)
        _share(root)
        timed = alternating(
            {
                "all": lambda _: cold(root),
                "one": lambda number: _changed(root, _ONE, number),
                "macro": lambda number: _changed(root, _MACRO, number),
                "lint one": lambda _: seconds([BIN / "cfn-lint", texts[-1]], root),
                "lint users": lambda _: seconds([BIN / "cfn-lint", *texts[:USERS]], root),
                "lint all": lambda _: seconds([BIN / "cfn-lint", *texts], root),
            }
        )
    one, macro, everything = timed["one"], timed["macro"], timed["all"]
    return Section(
        title=f"`catalog review` in a catalog of {PRODUCTS} products",
        how=(
            "Whole commands without kept lint results, each the median of three, taken in turns, "
            "in a git checkout with a main branch. A review builds what changed on both sides, "
            "lints it once and plans. Floor: cfn-lint alone, in one run over the same templates; "
            "then `catalog check` of everything."
        ),
        rows=(
            Row(what="One product changed", figure=one, floor=timed["lint one"], unit="s", most=2),
            Row(
                what=f"A macro that {USERS} use, to {USERS} linted",
                figure=macro,
                floor=timed["lint users"],
                unit="s",
                most=2,
            ),
            Row(what="All linted", figure=everything, floor=timed["lint all"], unit="s"),
            Row(what="One product, to all", figure=one, floor=everything, unit="s", most=0.5),
            Row(
                what=f"A macro that {USERS} use, to all",
                figure=macro,
                floor=everything,
                unit="s",
                most=0.8,
            ),
        ),
    )


def _share(root: Path) -> None:
    """Let half of the templates take a macro in; committed to main."""
    (root / _MACRO).parent.mkdir()
    (root / _MACRO).write_text("#@ macro text()\nBuilds models.\n#@ endmacro\n", encoding="utf-8")
    for number in range(USERS):
        file = root / f"products/benchmark-{number:03}/template.yaml.j2"
        text = file.read_text(encoding="utf-8")
        line = r"(?m)^( +Description: )Stage .*$"
        named = re.sub(line, r"\1${{ note.text() }}", text, count=1)
        file.write_text(f'#@ import "note.yaml.j2" as note\n{named}', encoding="utf-8")
    for command in (("add", "."), COMMIT):
        subprocess.run(["git", "-C", str(root), *command], check=True)  # noqa: S607


def _changed(root: Path, path: str, number: int) -> float:
    """A review with one file changed, which is put back."""
    file = root / path
    committed = file.read_text(encoding="utf-8")
    changed = re.sub("(Description: Stage|Builds models)", rf"\1 {number}", committed, count=1)
    file.write_text(changed, encoding="utf-8")
    taken = cold(root, _REVIEW)
    file.write_text(committed, encoding="utf-8")
    return taken
