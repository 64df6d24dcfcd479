"""botocore's own data, decoded once in a process instead of once in every session.

A session keeps what it read: service models, endpoint rules, partitions. The embedded AWS, the
publisher and the code under test have sessions of their own in one process, and decoding the same
JSON anew was half of the processor's work. Every reader gets a copy, because botocore's clients
change what they are given (S3's loses the bucket from its paths, which moto needs).
"""

from __future__ import annotations

import gzip
import json
import marshal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from botocore.loaders import JSONFileLoader

_FORMATS: dict[str, Callable[..., Any]] = {".json": open, ".json.gz": gzip.open}
_known: dict[str, bytes] = {}
"""Path -> what the file holds; copies come from `marshal`, which is several times as fast."""


def _load_file(_: JSONFileLoader, file_path: str) -> Any:
    """As `JSONFileLoader.load_file`; a file that is missing is looked for again."""
    if file_path not in _known:
        found = (each for each in _FORMATS if Path(file_path + each).is_file())
        if (ending := next(found, None)) is None:
            return None
        with _FORMATS[ending](file_path + ending, "rb") as file:
            _known[file_path] = marshal.dumps(json.load(file))
    return marshal.loads(_known[file_path])  # noqa: S302 - written just above


def install() -> None:
    """Share them among all sessions of this process."""
    setattr(JSONFileLoader, "load_file", _load_file)  # noqa: B010 - mypy takes no other way
