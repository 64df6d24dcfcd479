"""What looks like a secret, in text and in file names.

The patterns are few and certain: a long list of guesses would be switched off. AWS's own example
credentials (they end in EXAMPLE) pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

_PATTERNS = (
    (
        re.compile(r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b"),
        "an AWS access key id",
    ),
    (
        re.compile(
            r"(?i)(?:aws_?secret_?(?:access_?)?key|secret_?access_?key)\b"
            r"\W{1,10}[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])"
        ),
        "an AWS secret access key",
    ),
    (
        re.compile(r"(?i)session_?token\b\W{1,10}[A-Za-z0-9/+]{100,}=*"),
        "an AWS session token",
    ),
    (
        re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----"),
        "a private key",
    ),
    (
        re.compile(r"\bgh[oprsu]_[A-Za-z0-9]{36,}|\bgithub_pat_[A-Za-z0-9_]{50,}"),
        "a GitHub token",
    ),
    (re.compile(r"\bglpat-[A-Za-z0-9_-]{20,}"), "a GitLab token"),
    (re.compile(r"\bxox[bp]-[A-Za-z0-9-]{20,}"), "a Slack token"),
    (re.compile(r"\bhf_[A-Za-z0-9]{34,}"), "a Hugging Face token"),
    (re.compile(r"\bnpm_[A-Za-z0-9]{36,}"), "an npm token"),
)
_EXAMPLE = re.compile(r"EXAMPLE(?:KEY)?=*$")
_NAMES = {"credentials", ".netrc", ".pypirc", ".npmrc", ".git-credentials", "id_rsa", "id_ed25519"}
_NAMES |= {"id_ecdsa", "id_dsa", ".htpasswd"}
_ENDINGS = {".pem", ".key", ".p12", ".pfx", ".jks", ".keystore", ".ppk"}


def in_text(text: str) -> Iterator[tuple[int, str]]:
    """Places that look like a secret, as (1-based line, what it looks like).

    The secret itself is never given back, so that no report can repeat it.
    """
    for pattern, what in _PATTERNS:
        for hit in pattern.finditer(text):
            if not _EXAMPLE.search(hit.group()):
                yield text.count("\n", 0, hit.start()) + 1, what


def in_name(path: str) -> bool:
    """Whether files of such a name hold credentials: `.env`, `id_rsa`, `*.pem`, `credentials`."""
    name = PurePosixPath(path).name.lower()
    is_env = name == ".env" or (
        name.startswith(".env.") and not name.endswith((".example", ".sample"))
    )
    return is_env or name in _NAMES or PurePosixPath(name).suffix in _ENDINGS
