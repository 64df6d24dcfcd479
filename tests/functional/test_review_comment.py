"""The one comment of a pull request: what is posted, and what a contributor cannot make it do."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).parents[2] / ".github/comment.py"
MARKER = "<!-- catalog review -->"
HEAD = "a" * 40
BOT, PERSON = "github-actions[bot]", "somebody"


@dataclass
class Forge:
    """A stand-in for GitHub's API: pull request 7 of example/catalog, and its comments."""

    files: list[dict[str, str]] = field(default_factory=lambda: [{"filename": "products/a/x"}])
    comments: list[dict[str, Any]] = field(default_factory=list)
    head: str = HEAD
    more_files: int = 0
    url: str = ""
    tokens: set[str] = field(default_factory=set)

    def comment(self, who: str, body: str) -> None:
        self.comments.append({"id": len(self.comments) + 1, "user": {"login": who}, "body": body})

    def answer(self, method: str, path: str, content: Any) -> Any:
        path, _, query = path.removeprefix("/repos/example/catalog/").partition("?")
        match method, path.split("/"):
            case "GET", ["pulls", "7"]:
                count = len(self.files) + self.more_files
                return {"head": {"sha": self.head}, "changed_files": count}
            case "GET", ["pulls", "7", "files"]:
                return paged(self.files, query)
            case "GET", ["issues", "7", "comments"]:
                return paged(self.comments, query)
            case "POST", ["issues", "7", "comments"]:
                self.comment(BOT, content["body"])
                return {}
            case "PATCH", ["issues", "comments", number]:
                self.comments[int(number) - 1]["body"] = content["body"]
                return {}
        return None

    def posted(self) -> list[str]:
        return [one["body"] for one in self.comments if one["user"]["login"] == BOT]


def paged(entries: list[Any], query: str) -> list[Any]:
    page, size = (int(re.search(rf"{name}=(\d+)", query)[1]) for name in ("[^_]page", "per_page"))
    return entries[(page - 1) * size : page * size]


@pytest.fixture
def forge() -> Iterator[Forge]:
    made = Forge()

    class Door(BaseHTTPRequestHandler):
        def do(self) -> None:
            made.tokens.add(self.headers["Authorization"])
            length = int(self.headers.get("Content-Length") or 0)
            content = json.loads(self.rfile.read(length)) if length else None
            answer = made.answer(self.command, self.path, content)
            self.send_response(404 if answer is None else 200)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        do_GET = do_POST = do_PATCH = do  # noqa: N815 - the names are http.server's

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    made.url = f"http://127.0.0.1:{server.server_port}"
    yield made
    server.shutdown()
    server.server_close()


@dataclass
class Run:
    """The trusted workflow's last step, over what the untrusted one left."""

    forge: Forge
    folder: Path

    def leave(self, review: str = f"{MARKER}\nNothing changes.\n", number: str = "7\n") -> None:
        (self.folder / "review.md").write_text(review)
        (self.folder / "pull-request.txt").write_text(number)

    def post(self) -> subprocess.CompletedProcess[str]:
        given = {
            "GITHUB_API_URL": self.forge.url,
            "GITHUB_REPOSITORY": "example/catalog",
            "GH_TOKEN": "the-token",
            "HEAD": HEAD,
            "PATH": os.environ["PATH"],
        }
        return subprocess.run(
            [sys.executable, str(PROGRAM), str(self.folder)],
            env=given,
            capture_output=True,
            text=True,
            check=False,
        )

    def refused(self) -> str:
        ran = self.post()
        assert ran.returncode == 1, ran.stdout
        assert "Traceback" not in ran.stderr
        assert self.forge.posted() == []
        return ran.stderr


@pytest.fixture
def run(forge: Forge, tmp_path: Path) -> Run:
    made = Run(forge, tmp_path)
    made.leave()
    return made


def test_a_review_is_posted_once_and_then_edited(run: Run) -> None:
    run.forge.comment(PERSON, f"{MARKER} I write like the bot")
    for number in range(120):
        run.forge.comment(PERSON, f"comment {number}")
    assert run.post().stdout == "Commented on pull request 7.\n"
    run.leave(review=f"{MARKER}\nSomething changes.\n")
    assert run.post().stdout == "Edited the comment of pull request 7.\n"
    assert run.forge.posted() == [f"{MARKER}\nSomething changes.\n"]
    assert run.forge.comments[0]["body"].endswith("like the bot")
    assert run.forge.tokens == {"Bearer the-token"}


@pytest.mark.parametrize(
    "number", ["", "x", "7; id", "../../7", "0", "-7", "7" * 10, "\u0667", "7\n8"]
)
def test_a_number_that_is_none_is_refused(run: Run, number: str) -> None:
    run.leave(number=number)
    assert "holds no number" in run.refused()


def test_another_pull_request_is_not_commented_on(run: Run) -> None:
    run.forge.head = "b" * 40
    assert f"is at {'b' * 40}, not at {HEAD}" in run.refused()
    run.leave(number="8")
    assert "404" in run.refused()


def test_a_link_to_the_machine_is_not_followed(run: Run, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the-token")
    for name in ("review.md", "pull-request.txt"):
        run.leave()
        (run.folder / name).unlink()
        (run.folder / name).symlink_to(secret)
        assert f"{name} cannot be read" in run.refused()
    (run.folder / "pull-request.txt").unlink()
    assert "cannot be read" in run.refused()


def test_the_text_is_bounded_and_mentions_nobody(run: Run) -> None:
    spelled = "&#64;a &#x40;b &COMMAT;c &commat;d"
    run.leave(review=f"{MARKER}\n@everyone {MARKER} {spelled} " + "x" * 1_000_000)
    assert run.post().returncode == 0
    (body,) = run.forge.posted()
    assert len(body) == 65_536
    assert body.endswith("a comment cannot be longer.")
    assert body.startswith(f"{MARKER}\n@\N{WORD JOINER}everyone")
    assert body.count(MARKER) == 1
    assert body.count("@") == body.count("@\N{WORD JOINER}") == 5
    assert "&" not in body


@pytest.mark.parametrize(
    "file",
    [
        {"filename": ".github/workflows/check.yml"},
        {"filename": "scripts/catalog/cli/reviewing.py"},
        {"filename": "Makefile"},
        {"filename": "GNUmakefile"},
        {"filename": "makefile"},
        {"filename": "setup.py"},
        {"filename": "venv/__main__.py"},
        {"filename": ".venv/bin/python"},
        {"filename": "build/cache/x"},
        {"filename": "catalog.yaml.py"},
        {"filename": "docs/old.py", "previous_filename": "scripts/catalog/planning/x.py"},
    ],
)
def test_who_changes_what_wrote_the_review_is_told_on(run: Run, file: dict[str, str]) -> None:
    run.forge.files += [*({"filename": f"docs/{n}"} for n in range(150)), file]
    run.post()
    (body,) = run.forge.posted()
    assert body.startswith(f"{MARKER}\n> [!WARNING]\n> This pull request changes what wrote this")


def test_the_warning_says_nothing_that_a_file_is_named(run: Run) -> None:
    run.forge.files += [{"filename": f"{n}`\n@everyone/x"} for n in range(9)]
    run.post()
    warning = run.forge.posted()[0].splitlines()[2]
    assert warning.startswith(
        "> This pull request changes what wrote this review (`0???everyone/`, "
    )
    assert "`4???everyone/`, `…`)" in warning


def test_files_that_are_not_listed_count_as_changed_tools(run: Run) -> None:
    run.forge.more_files = 1
    run.post()
    assert "[!WARNING]" in run.forge.posted()[0]


@pytest.mark.parametrize(
    "path",
    [
        "tests/conftest.py",
        "tests/unit/test_linting.py",
        "tests/cases/rules/E9302/bad.yaml",
        "tests/rehearsals/conftest.py",
        "tests/rehearsals/test_rehearsals.py",
        "seed_code/deploy/conftest.py",
        "products/a/functions/b/conftest.py",
    ],
)
def test_what_decides_whether_tests_pass_is_named(run: Run, path: str) -> None:
    run.forge.files.append({"filename": path})
    run.post()
    (body,) = run.forge.posted()
    assert body.startswith(
        f"{MARKER}\n> [!NOTE]\n> This pull request changes what its tests run by (`{path}`): "
    )


def test_a_test_that_is_moved_away_is_named(run: Run) -> None:
    moved = {"filename": "docs/x`\n@everyone", "previous_filename": "tests/unit/`@everyone.py"}
    run.forge.files.append(moved)
    run.post()
    assert "run by (`tests/unit/??everyone.py`)" in run.forge.posted()[0]


def test_an_honest_review_has_no_warning(run: Run) -> None:
    named = (
        "catalog.yaml",
        ".github/CODEOWNERS",
        "buildspecs/taskcat.yml",
        "tests/rehearsals/a.py",
    )
    run.forge.files += [{"filename": name} for name in named]  # all that adding a product touches
    run.post()
    assert run.forge.posted() == [f"{MARKER}\nNothing changes.\n"]
