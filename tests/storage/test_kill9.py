"""A process that is killed in the middle of writing loses nothing that it acknowledged."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from holdfast.record.blocks import decode_block
from holdfast.record.events import NoteWritten
from holdfast.storage.database import Place
from holdfast.storage.sql_store import SqlStore
from holdfast.usecases.verification import verify

CHILD = Path(__file__).with_name("kill9_child.py")
TESTS = CHILD.parent.parent
FAR_US = 2**62


@pytest.mark.parametrize("home", ["sqlite", "postgresql"])
def test_every_acknowledged_command_is_found_after_each_of_three_kills(
    home: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    path: Place = tmp_path / "record.db"
    if home == "postgresql":
        path = request.getfixturevalue("postgres").address()
    rng = random.Random(20260301)
    acknowledged: set[str] = set()
    for round_number in range(3):
        acknowledged |= write_until_killed(path, round_number, lines=rng.randrange(60, 200))
        store = SqlStore(path)
        report = verify(store)
        lost = acknowledged - found(store)
        store.close()
        assert report.ok, report.problems
        assert not lost
    assert report.blocks > 0


def write_until_killed(path: Place, round_number: int, lines: int) -> set[str]:
    """Ids that the child had acknowledged when it was killed, after at least ``lines`` of them."""
    search = os.pathsep.join([str(TESTS), str(TESTS.parent / "src")])
    child = subprocess.Popen(
        [sys.executable, str(CHILD), str(path), str(round_number)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": search},
    )
    assert child.stdout is not None
    said = [child.stdout.readline() for _ in range(lines)]
    child.send_signal(signal.SIGKILL)
    said += child.stdout.readlines()
    child.wait()
    child.stdout.close()
    return {line.strip() for line in said if line.endswith("\n")}


def found(store: SqlStore) -> set[str]:
    """Ids of everything that is in the record: as an event, held, or inside a block."""
    log = store.read_log(limit=10**6)
    events = {one.event.text for one in log if isinstance(one.event, NoteWritten)}
    held = {one.message.control_id for one in store.held()}
    cases = {one.stream.removeprefix("case/") for one in log}
    blocks = [block for case in cases for block in store.blocks(case, from_us=-FAR_US, to_us=FAR_US)]
    flushed = {heard.control_id for block in blocks for heard in decode_block(block.data).messages}
    assert not held & flushed
    return events | held | flushed
