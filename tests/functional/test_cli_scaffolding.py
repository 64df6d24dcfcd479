"""A new product on the command line: by flags, by questions on a terminal, and what cannot be."""

from __future__ import annotations

import json
import os
import pty
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from catalog.errors import INTERRUPTED
from tests.functional.conftest import Run

BASE = Path(__file__).parents[1] / "cases" / "base"
CATALOG = (sys.executable, "-m", "catalog")
PATIENCE = 20
"""Seconds without a word after which a question is not waited for any more."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A catalog with one product, `greeter`."""
    shutil.copytree(BASE, tmp_path / "a catalog")
    return tmp_path / "a catalog"


def test_a_new_product_asks_its_questions_as_findings(root: Path, run: Run) -> None:
    code, said = run("new", "farewell", "--portfolio", "projects", "--summary", "Says: bye.")
    assert code == 0, said
    written = said.splitlines()
    assert {"products/farewell/product.yaml", "portfolios/projects.yaml"} < {*written}
    farewell = (root / "products/farewell/product.yaml").read_text()
    greeter = (root / "products/greeter/product.yaml").read_text()
    for key in ("owner:", "launch_role:"):  # the only ones there are
        line = next(line for line in greeter.splitlines() if line.startswith(key))
        assert line in farewell.splitlines()
    assert "summary: 'Says: bye.'" in farewell
    assert "products: [greeter, farewell]" in (root / "portfolios/projects.yaml").read_text()
    code, said = run("check", "farewell", "--json")
    assert code == 1
    mine = [each for each in json.loads(said) if "farewell" in each["file"]]
    assert {each["rule"] for each in mine} == {"C018"}
    assert {(each["file"], bool(each["line"])) for each in mine} == {
        ("products/farewell/CHANGELOG.md", True),
        ("products/farewell/NOTES.md", True),
        ("tests/rehearsals/farewell.py", True),  # whom to cast, too: no target is embedded
    }


def test_a_portfolio_that_cannot_be_read_is_told_at_its_line(root: Path, run: Run) -> None:
    (root / "portfolios/projects.yaml").write_text("title: [\n")
    code, said = run("new", "farewell", "--portfolio", "projects")
    assert (code, "portfolios/projects.yaml:2:1 C001" in said) == (1, True)
    assert not (root / "products/farewell").exists()


def test_what_an_interrupted_run_began_is_completed(root: Path, run: Run) -> None:
    arguments = ("new", "farewell", "--portfolio", "projects")
    assert run(*arguments)[0] == 0
    whole = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    for path in ("products/farewell/product.yaml", "tests/rehearsals/farewell.py"):
        (root / path).unlink()
    code, said = run(*arguments)
    assert (code, said.splitlines()[:2]) == (
        0,
        ["products/farewell/product.yaml", "tests/rehearsals/farewell.py"],
    )
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == whole
    notes = root / "products/farewell/NOTES.md"
    notes.write_text("Mine.\n")
    code, said = run(*arguments)
    assert (code, "products/farewell/NOTES.md already" in said) == (1, True)
    assert notes.read_text() == "Mine.\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "The product needs a name."),
        (("greeter",), "There is products/greeter/CHANGELOG.md already"),
        (("Greeter",), "'Greeter' is not a name."),
        (("farewell", "--owner", "nobody"), "catalog.yaml has no owner 'nobody'."),
        (("farewell", "--kind", "admin"), "A product of kind admin needs a launch role."),
        (("farewell", "--kind", "odd"), "'odd' is not one of 'project'"),
        (("farewell", "--portfolio", "odd"), "There is no portfolio 'odd'."),
    ],
)
def test_a_new_product_that_cannot_be(
    root: Path, run: Run, arguments: tuple[str, ...], said: str
) -> None:
    before = sorted(root.rglob("*"))
    code, text = run("new", *arguments)
    assert code in {1, 2}
    assert said in text
    assert "Traceback" not in text
    assert sorted(root.rglob("*")) == before


def test_questions_are_asked_on_a_terminal_only(root: Path) -> None:
    talk = {
        "Name of its folder": "farewell",
        "Kind (project, admin, foundation) [project]": "admin",
        "Title in the catalog [Farewell]": "Good Bye",
        "Summary, one sentence": "Says good bye.",
        "Name of its launch role": "bye-launch",  # none is usual; nor is there a choice of owner
        "Portfolio (projects, later) [later]": "projects",
    }
    code, said = _talk(root, talk)
    assert code == 0, said
    manifest = (root / "products/farewell/product.yaml").read_text()
    for line in ("kind: admin", "title: Good Bye", "launch_role: bye-launch", "owner: team"):
        assert line in manifest.splitlines()
    assert "farewell" in (root / "portfolios/projects.yaml").read_text()


def test_a_name_that_cannot_be_ends_the_questions(root: Path) -> None:
    code, said = _talk(root, {"Name of its folder": "Good Bye"})
    assert code == 2
    assert "'Good Bye' is not a name." in said
    assert "Title" not in said


@pytest.mark.parametrize(
    ("then", "code"), [("", -signal.SIGINT), ("; sys.argv = ['', 'check']; m.main()", 130)]
)
def test_an_interrupt_is_one_line_and_no_frames(root: Path, then: str, code: int) -> None:
    """While modules are still being read, and when a verb is at work."""
    press = "signal.raise_signal(signal.SIGINT)"
    if then:  # pressed when it first asks git
        press = f"sys.addaudithook(lambda name, _: name == 'subprocess.Popen' and {press})"
    heard = "signal.signal(signal.SIGINT, signal.default_int_handler)"  # ignored in the background
    program = f"import signal, sys; {heard}; import catalog.__main__ as m; {press}{then}"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60)
    assert (done.stderr.strip(), done.returncode) == (INTERRUPTED, code)


def _talk(root: Path, talk: Mapping[str, str]) -> tuple[int, str]:
    """Answer each question of `catalog new` as it is asked, on a terminal."""
    ours, theirs = pty.openpty()
    command = [*CATALOG, "new"]
    with subprocess.Popen(command, cwd=root, stdin=theirs, stdout=theirs, stderr=theirs) as asking:
        os.close(theirs)
        said = ""
        for question, answer in talk.items():
            heard = _hear(ours, question)
            said += heard
            if question not in heard:
                asking.kill()
                break
            os.write(ours, f"{answer}\n".encode())
        said += _hear(ours, None)
    os.close(ours)
    return asking.returncode, said


def _hear(terminal: int, question: str | None) -> str:
    """What is said until a question stands there, or until the other end is closed."""
    said = ""
    while select.select([terminal], [], [], PATIENCE)[0]:
        try:
            part = os.read(terminal, 4096).decode()
        except OSError:  # how Linux says that nobody is there any more
            break
        said += part
        if not part or (question and question in said and said.endswith(": ")):
            break
    return said
