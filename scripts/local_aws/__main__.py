"""`python -m local_aws STATE_DIR`: the server process. `local_aws.server` starts it.

It reads what to be from `STATE_DIR/wanted.json`, writes where it is to `STATE_DIR/server.json`
once it can be called, and ends when that file no longer names it, or when the process it was
started for is gone (`local_aws.lease`).
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path

from local_aws import application, identity, lease, process
from local_aws.install import install
from local_aws.server import Wanted, organization_from_json

LOOK_EVERY = float(os.environ.get("LOCAL_AWS_LOOK_EVERY", "5"))
"""Seconds between looks whether this server is still wanted."""


def main(state_dir: Path) -> None:
    """Serve until told to stop (SIGTERM) or forgotten."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    wanted = Wanted(**json.loads((state_dir / "wanted.json").read_text("utf-8")))
    description = organization_from_json(wanted.organization)
    install()

    door = identity.DoorKey(description.management)

    def start_again() -> None:
        process.set_up(description, wanted.hub, wanted.region)
        door.hand_in()

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that what lies on disk goes too
    server = application.make(wanted.identity, start_again)
    endpoint = f"http://127.0.0.1:{server.server_port}"
    os.environ["LOCAL_AWS_ENDPOINT"] = endpoint
    forgotten = threading.Thread(target=_end_when_forgotten, args=(state_dir, wanted), daemon=True)
    try:
        start_again()
        _announce(state_dir, wanted, endpoint, door)
        forgotten.start()
        server.serve_forever()
    finally:
        process.end()  # builds and functions are processes of their own


def _announce(state_dir: Path, wanted: Wanted, endpoint: str, door: identity.DoorKey) -> None:
    """Say where the server is, with the key to it; readable by the owner only."""
    facts = {
        "pid": os.getpid(),
        "endpoint": endpoint,
        "identity": wanted.identity,
        "organization": wanted.organization,
        "hub": wanted.hub,
        "region": wanted.region,
        "access_key": door.access_key,
        "secret_key": door.secret_key,
    }
    draft = state_dir / "server.json.new"
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(facts), "utf-8")
    draft.replace(state_dir / "server.json")


def _end_when_forgotten(state_dir: Path, wanted: Wanted) -> None:
    while True:
        time.sleep(LOOK_EVERY)
        try:
            named = json.loads((state_dir / "server.json").read_text("utf-8"))["identity"]
        except (OSError, ValueError, KeyError):
            named = ""
        if named != wanted.identity or lease.ended():
            os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
