"""The layers of `scripts/`: imports point down only, and effects stay where they may."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SCRIPTS = ROOT / "scripts"

LAYERS: dict[str, int] = {}
for _height, _names in enumerate(
    (
        # words
        "model findings registry errors",
        # pure
        "located forms settings_forms leaks manifest values references tags assembly "
        "missing_names template_language template_checks template_files source_map bundles "
        "changelog building changed versions checks docs "
        "template_yaml resource_types scenarios "
        "schema render rules contract permissions packaging stamping "
        "desired planning quotas tokens records applying report docs "
        "actions plans differences lifecycle index ids narrowing removing waiting shipping "
        "desk performing sharing settling uploading ledger locking "
        "taskcat_project taskcat_results studio visibility cards deployment_checks deployments "
        "stacks",
        # edges
        "workspace git linting cfn_lint aws scaffold taskcat taskcat_runner "
        "foundation staging embedded surveying publishing",
        # story
        "pipeline",
        # rim
        "cli __main__",
    )
):
    LAYERS.update(dict.fromkeys(_names.split(), _height))

MAY_IMPORT_BOTO3 = ("catalog/aws/", "local_aws/")
MAY_PRINT = ("catalog/cli.py", "catalog/taskcat_runner.py")
MAX_LINES = 300


def sources() -> list[Path]:
    return sorted(p for p in SCRIPTS.rglob("*.py") if "skeleton" not in p.parts)


def name_of(path: Path) -> str:
    return path.relative_to(SCRIPTS).as_posix()


def layer_of(path: Path) -> str:
    return path.relative_to(SCRIPTS / "catalog").parts[0].removesuffix(".py")


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
        assert all(m.startswith("catalog.model") for m in foreign), foreign
        return
    own = layer_of(path)
    if own == "__init__":
        return
    assert own in LAYERS, f"{name_of(path)}: give this module a layer in {Path(__file__).name}"
    for module, typing_only in imports(path):
        parts = module.split(".")
        if parts[0] != "catalog" or len(parts) < 2 or typing_only:
            continue
        assert LAYERS[parts[1]] <= LAYERS[own], f"{name_of(path)} imports {module}, a layer above"


@pytest.mark.parametrize("path", sources(), ids=name_of)
def test_boto3_only_at_its_edge(path: Path) -> None:
    used = {m.split(".")[0] for m, typing_only in imports(path) if not typing_only}
    if not name_of(path).startswith(MAY_IMPORT_BOTO3):
        assert not used & {"boto3", "botocore"}


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
    pure = [p for p in sources() if "catalog" in p.parts and LAYERS.get(layer_of(p), 9) <= 1]
    assert pure
    for path in pure:
        used = {m.split(".")[0] for m, typing_only in imports(path) if not typing_only}
        assert not used & {"subprocess", "socket", "urllib", "requests", "boto3", "os"}, name_of(
            path
        )
