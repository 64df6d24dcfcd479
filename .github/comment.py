"""Post the review of a pull request as its one comment; run by `.github/workflows/comment.yml`.

    python3 comment.py FOLDER

The folder holds what `check.yml` left: `review.md` and `pull-request.txt`. Both were written by the
pull request's own code, which may be anybody's, so they are data and nothing is believed:

- The number is a number, and the pull request's newest commit is the one that was checked. So
  nobody comments elsewhere, and a review never stands under a newer change.
- A link to a file of this machine, the token's environment say, is not followed.
- The text is bounded, its mentions reach nobody, and where the change touches anything but what
  reviews only read, a line that nobody but us can write says so. Another says so of what decides
  whether tests pass.

It stands alone, on Python's standard library: the workflow installs nothing.
"""

from __future__ import annotations

import json
import os
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

MARKER = "<!-- catalog review -->"
MOST = 65_536
"""Characters of a comment at most."""

DATA = (
    ".github/CODEOWNERS",
    "CONTRIBUTING.md",
    "LICENSE",
    "README.md",
    "buildspecs/taskcat.yml",
    "catalog.yaml",
    "docs/",
    "portfolios/",
    "products/",
    "seed_code/",
    "tests/",
)
"""What a review only reads, or does not look at. Anything else may have had a hand in it: make
prefers a `GNUmakefile`, Python a `venv.py` beside it, the installer a `setup.py`."""

_WARNING = (
    "> [!WARNING]\n> This pull request changes what wrote this review ({files}). Read that first, "
    "and take what follows, and every green tick, for the author's own words.\n\n"
)
_NOTE = (
    "> [!NOTE]\n> This pull request changes what its tests run by ({files}): that they pass is its "
    "author's word.\n\n"
)
_OWN = re.compile(r"tests/rehearsals/(?!conftest\.py$|test_)[^/]+\.py")
"""A product's rehearsal, which comes with the product, as its template and code do."""

_CUT = "\n\n… cut, because a comment cannot be longer."
_NAMED = 5
_PATHS = ("filename", "previous_filename")
_AT = re.compile("&(?:#0*64|#x0*40|commat);", re.IGNORECASE)
_BOT = "github-actions[bot]"
_PAGE = 100


class Refused(Exception):
    """What was left is not what a check leaves; the text says why."""


def number(text: str) -> int:
    """The pull request's number.

    Raises:
        Refused: It is no number.
    """
    if not re.fullmatch(r"[1-9][0-9]{0,8}", text.strip(), re.ASCII):
        raise Refused("pull-request.txt holds no number.")
    return int(text)


def read(file: Path) -> str:
    """A file that was left, at most as long as a comment.

    Raises:
        Refused: It is a link, or not there.
    """
    try:
        opened = os.open(file, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError as error:
        raise Refused(f"{file.name} cannot be read: {error.strerror}.") from error
    with os.fdopen(opened, "rb") as content:
        return content.read(4 * MOST).decode(errors="replace")


def body(review: str, touched: Iterable[str], tests: Iterable[str] = ()) -> str:
    """The comment.

    Args:
        review: What was left.
        touched: What the pull request changes that may have had a hand in it.
        tests: What it changes that its tests run by.
    """
    warning = "".join(
        words.format(files=", ".join(f"`{name}`" for name in names))
        for words, names in ((_WARNING, [*touched]), (_NOTE, [*tests]))
        if names
    )
    said = _AT.sub("@", review.replace(MARKER, "").strip()).replace("@", "@\N{WORD JOINER}")
    whole = f"{MARKER}\n{warning}{said}\n"
    return whole if len(whole) <= MOST else whole[: MOST - len(_CUT)] + _CUT


def touched(changed: Iterable[Mapping[str, Any]], count: int) -> list[str]:
    """What a pull request changes beside `DATA`: names at the top, whose letters mean nothing.

    Args:
        changed: Its files, as the API lists them.
        count: How many there are; where not all are listed, they may be any.
    """
    files = list(changed)
    named = _few({_top(path) for path in _paths(files) if not _is_data(path)})
    return named if len(files) >= count else [*named, "files that are not listed"]


def tests(changed: Iterable[Mapping[str, Any]]) -> list[str]:
    """What a pull request changes that decides whether tests pass, beside rehearsals of products.

    Args:
        changed: Its files, as the API lists them.
    """
    return _few({_plain(path)[:80] for path in _paths(changed) if _is_test(path)})


def _is_test(path: str) -> bool:
    in_tests = path.startswith("tests/") and not _OWN.fullmatch(path)
    return in_tests or path.rpartition("/")[2] == "conftest.py"


def _paths(files: Iterable[Mapping[str, Any]]) -> set[str]:
    return {str(file[key]) for file in files for key in _PATHS if key in file}


def _few(names: Iterable[str]) -> list[str]:
    found = sorted(names)
    return found if len(found) <= _NAMED else [*found[:_NAMED], "…"]


def _is_data(path: str) -> bool:
    return any(path.startswith(one) if one.endswith("/") else path == one for one in DATA)


def _top(path: str) -> str:
    first, slash, _ = path.partition("/")
    return _plain(first)[:40] + slash


def _plain(path: str) -> str:
    return re.sub(r"[^\w./-]", "?", path, flags=re.ASCII)


class GitHub:
    """The pull requests of a repository, over its API."""

    def __init__(self, api: str, repository: str, token: str) -> None:
        self._root = f"{api}/repos/{repository}"
        self._headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {token}",
            "X-GitHub-Api-Version": "2022-11-28",
        }

    def call(self, method: str, path: str, content: object = None) -> Any:
        """One call; what it answers."""
        request = urllib.request.Request(  # noqa: S310 - the address is GitHub's own
            f"{self._root}/{path}",
            method=method,
            headers=self._headers,
            data=None if content is None else json.dumps(content).encode(),
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
            return json.load(answer)

    def every(self, path: str) -> Iterator[Any]:
        """All entries of a list, page by page."""
        for page in range(1, 31):
            found = self.call("GET", f"{path}?per_page={_PAGE}&page={page}")
            yield from found
            if len(found) < _PAGE:
                return


def post(github: GitHub, folder: Path, head: str) -> str:
    """Post or edit the comment; what was done, in words.

    Args:
        github: Where.
        folder: What was left.
        head: The commit that was checked.

    Raises:
        Refused: What was left is not what a check leaves.
    """
    pull = number(read(folder / "pull-request.txt"))
    about = github.call("GET", f"pulls/{pull}")
    if (newest := about["head"]["sha"]) != head:
        raise Refused(f"Pull request {pull} is at {newest}, not at {head}, which was checked.")
    changed = list(github.every(f"pulls/{pull}/files"))
    tools = touched(changed, about["changed_files"])
    content = {"body": body(read(folder / "review.md"), tools, tests(changed))}
    for comment in github.every(f"issues/{pull}/comments"):
        if comment["user"]["login"] == _BOT and comment["body"].startswith(MARKER):
            github.call("PATCH", f"issues/comments/{comment['id']}", content)
            return f"Edited the comment of pull request {pull}."
    github.call("POST", f"issues/{pull}/comments", content)
    return f"Commented on pull request {pull}."


def main() -> None:
    """See the module."""
    given = os.environ
    github = GitHub(given["GITHUB_API_URL"], given["GITHUB_REPOSITORY"], given["GH_TOKEN"])
    try:
        sys.stdout.write(post(github, Path(sys.argv[1]), given["HEAD"]) + "\n")
    except Refused as why:
        sys.exit(f"Nothing was posted. {why}")
    except urllib.error.URLError as error:
        sys.exit(f"Nothing was posted. GitHub says: {error}.")


if __name__ == "__main__":
    main()
