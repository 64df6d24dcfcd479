"""botocore reads its data through the embedded AWS's store: the same, a copy for every reader."""

from pathlib import Path

import botocore
from botocore.loaders import JSONFileLoader

from local_aws import install

QUEUES = str(Path(botocore.__file__).parent / "data/sqs/2012-11-05/service-2")


def test_every_reader_gets_the_file_and_may_change_its_copy() -> None:
    install.install()
    first, second = (JSONFileLoader().load_file(QUEUES) for _ in range(2))
    assert first == second
    assert first["metadata"]["serviceId"] == "SQS"
    first["operations"].clear()
    assert second["operations"]
    assert JSONFileLoader().load_file(QUEUES) == second


def test_a_file_that_comes_later_is_found(tmp_path: Path) -> None:
    install.install()
    assert JSONFileLoader().load_file(str(tmp_path / "late")) is None
    (tmp_path / "late.json").write_text('{"here": true}')
    assert JSONFileLoader().load_file(str(tmp_path / "late")) == {"here": True}
