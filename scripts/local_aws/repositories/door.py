"""What git runs in place of an HTTPS connection to AWS: ask to be let in, serve, tell of a push.

    door.py <git-upload-pack|git-receive-pack> <endpoint> <kind>/<the rest of the address>

It is a program of its own, needs the standard library only, and acts for whoever runs git: with
the access key in the environment, and only where git is told to use AWS's credential helper, as
AWS itself demands. Standard input and output belong to git.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from urllib.parse import urlsplit

REFUSED = 128


def main(service: str, endpoint: str, address: str) -> int:
    """Serve one git connection; the exit status of git's own server program."""
    asked = {
        "service": service,
        "address": address,
        "key": os.environ.get("AWS_ACCESS_KEY_ID", ""),
        "helped": _helped(),
    }
    answer = _ask(endpoint, "git/open", asked)
    if "path" not in answer:
        sys.stderr.write(f"fatal: {answer.get('error', 'refused')}\n")
        return REFUSED
    environment = {name: text for name, text in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", service.removeprefix("git-"), answer["path"]]
    status = subprocess.run(command, env=environment, check=False).returncode  # noqa: S603
    if service == "git-receive-pack":
        _ask(endpoint, "git/closed", asked)
    return status


def _helped() -> bool:
    """Whether git is told to get credentials from AWS."""
    command = ["git", "config", "--get-regexp", r"^credential\..*helper$"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return "codecommit credential-helper" in done.stdout


def _ask(endpoint: str, what: str, body: dict[str, object]) -> dict[str, str]:
    connection = http.client.HTTPConnection(urlsplit(endpoint).netloc, timeout=30)
    try:
        connection.request("POST", f"/local-aws/{what}", body=json.dumps(body))
        answer: dict[str, str] = json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        return {"error": f"no embedded AWS at {endpoint}: {error}"}
    finally:
        connection.close()
    return answer


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
