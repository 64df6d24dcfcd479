"""Runs a notebook's code cells in one namespace, as a program of its own.

    python notebook.py iris.ipynb '{"until": "Approval", "values": {"project_name": "iris"}}'

Nobody looks at a clock meanwhile: `time.sleep` waits a fiftieth, because what the embedded AWS does
in the background takes a fraction of a second where AWS needs minutes.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

HASTE = 50
"""How many times faster than the code expects its waiting goes."""


def cells(notebook: Mapping[str, Any], until: str) -> Iterator[str]:
    """Sources of the code cells, up to a heading."""
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            yield source
        elif until and re.search(rf"^#+ {re.escape(until)}$", source, re.MULTILINE):
            return


def filled_in(source: str, values: Mapping[str, object]) -> str:
    """A cell with other values for the names that it assigns in lines of their own."""
    for name, value in values.items():
        written = f"{name} = {value!r}".replace("\\", r"\\")
        source = re.sub(rf"^{name} = .*$", written, source, flags=re.MULTILINE)
    return source


def run(path: Path, until: str, values: Mapping[str, object]) -> None:
    """Run the cells one after the other."""
    sys.path.insert(0, str(path.parent.resolve()))
    namespace: dict[str, object] = {"__name__": "__main__"}
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for number, source in enumerate(cells(notebook, until), start=1):
        code = compile(filled_in(source, values), f"{path.name}, code cell {number}", "exec")
        exec(code, namespace)  # noqa: S102 - this is what running a notebook means


if __name__ == "__main__":
    patient = time.sleep
    time.sleep = lambda seconds: patient(float(seconds) / HASTE)
    given = json.loads(sys.argv[2])
    run(Path(sys.argv[1]), given["until"], given["values"])
