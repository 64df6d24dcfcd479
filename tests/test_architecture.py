"""The layers of `scripts/`: imports point down only, and effects stay where they may."""

from __future__ import annotations

import ast
import graphlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SCRIPTS = ROOT / "scripts"

WORDS = "accepted model layout targets state stacks findings registry errors"
GATEWAYS = "aws"
EDGES = (
    "workspace git base embedded scaffolding.planting checking places templates.linting "
    "templates.cfn_lint taskcat.launching taskcat.recording taskcat.runner "
    "foundation.deploying foundation.staging studio.looking "
    "foundation.by_account foundation.by_unit "
    "publishing.applying publishing.desk publishing.ledger publishing.locking "
    "publishing.performing publishing.processes publishing.publisher publishing.report "
    "projects.places projects.looking projects.creating projects.approving projects.cleaning "
    "publishing.settling publishing.sharing publishing.surveying publishing.uploading "
    "mutating.trying plan_files states publishing.pasts publishing.restoring world.reading "
    "world.looking world.verifying world.auditing doctor.looking"
)
STORY = "pipeline studio.looking rehearsing reviewing.planned reviewing.comparing doctor.examining"
RIM = "cli __main__"
DECIDING = (
    "rehearsing.timeline rehearsing.trouble rehearsing.junit rehearsing.recorded "
    "rehearsing.leading rehearsing.explaining"
)
PURE = 1
HEIGHTS = {
    name: height
    for height, names in (
        (0, WORDS),
        (1, DECIDING),
        (2, GATEWAYS),
        (3, EDGES),
        (4, STORY),
        (5, RIM),
    )
    for name in names.split()
}
"""Layer of a module, by its name inside `catalog`; what is not named is pure and decides."""

MAY_IMPORT_BOTO3 = ("catalog/aws/", "local_aws/", "catalog/taskcat/runner.py")
MAY_PRINT = ("catalog/cli/", "catalog/taskcat/runner.py")
MAX_LINES = 300


def sources() -> list[Path]:
    return sorted(p for p in SCRIPTS.rglob("*.py") if "skeleton" not in p.parts)


def name_of(path: Path) -> str:
    return path.relative_to(SCRIPTS).as_posix()


def height(module: str) -> int:
    """Layer of `catalog.<module>`: by its own name, else by its package's."""
    parts = module.split(".")
    return HEIGHTS.get(".".join(parts[:2]), HEIGHTS.get(parts[0], PURE))


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(SCRIPTS / "catalog").with_suffix("").parts)


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """Every module a file imports, and whether only for type checking."""
    tree = ast.parse(path.read_text())
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, id(node) in typing_only) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                yield f"{node.module}.{alias.name}", id(node) in typing_only


@pytest.mark.parametrize("path", sources(), ids=name_of)
def test_imports_point_down(path: Path) -> None:
    if path.parent.name == "local_aws" or "local_aws" in path.parts:
        foreign = {m for m, _ in imports(path) if m.startswith("catalog.")}
        assert all(m.startswith(("catalog.model", "catalog.targets")) for m in foreign), foreign
        return
    own = module_of(path)
    for module, typing_only in imports(path):
        used = module.removeprefix("catalog.")
        if used == module or typing_only:
            continue
        assert height(used) <= height(own), f"{name_of(path)} imports {module}, a layer above"


def test_every_layer_names_modules_that_exist() -> None:
    for name in HEIGHTS:
        path = SCRIPTS / "catalog" / Path(*name.split("."))
        assert path.is_dir() or path.with_suffix(".py").is_file(), name


@pytest.mark.parametrize("path", sources(), ids=name_of)
def test_boto3_only_at_its_edge(path: Path) -> None:
    used = {m.split(".")[0] for m, typing_only in imports(path) if not typing_only}
    if not name_of(path).startswith(MAY_IMPORT_BOTO3):
        assert not used & {"boto3", "botocore"}


def test_one_module_leads_to_the_embedded_aws() -> None:
    for package, door in (("rehearsing", "rehearsing/ground.py"),):
        knowing = {
            name_of(path)
            for path in sources()
            if name_of(path).startswith(f"catalog/{package}/")
            and any(module.split(".")[0] == "local_aws" for module, _ in imports(path))
        }
        assert knowing == {f"catalog/{door}"}


@pytest.mark.parametrize("path", sources(), ids=name_of)
def test_only_the_rim_prints(path: Path) -> None:
    calls = {
        ast.unparse(node.func)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
    }
    if name_of(path) not in MAY_PRINT:
        assert not calls & {"print", "click.echo"}


@pytest.mark.parametrize("path", sources(), ids=name_of)
def test_files_stay_small(path: Path) -> None:
    assert path.read_text().count("\n") <= MAX_LINES
    assert path.stem not in {"utils", "helpers", "common", "misc"}


def test_the_tool_names_no_product() -> None:
    products = {p.name for p in (ROOT / "products").iterdir() if (p / "product.yaml").exists()}
    assert products
    for path in sources():
        text = path.read_text()
        assert not [name for name in products if name in text], name_of(path)


def test_pure_modules_touch_no_disk() -> None:
    own = [path for path in sources() if "local_aws" not in path.parts]
    pure = [path for path in own if height(module_of(path)) <= PURE]
    assert len(pure) > len(own) / 3
    for path in pure:
        used = {m.split(".")[0] for m, typing_only in imports(path) if not typing_only}
        assert not used & {"subprocess", "socket", "urllib", "requests", "boto3", "os"}, name_of(
            path
        )


def test_no_files_import_each_other_in_a_circle() -> None:
    """Neither at the top nor inside a function, nor for types alone."""
    known = {".".join(path.relative_to(SCRIPTS).with_suffix("").parts): path for path in sources()}
    uses = {
        module: {_file(name, known) for name, _ in imports(path)} - {module, ""}
        for module, path in known.items()
        if path.name != "__init__.py"
    }
    try:
        graphlib.TopologicalSorter(uses).prepare()
    except graphlib.CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


def _file(imported: str, known: Mapping[str, Path]) -> str:
    """The module of `package.module` or `package.module.name`; empty for what is no file here."""
    return next((name for name in (imported, imported.rpartition(".")[0]) if name in known), "")
