"""The real Flink, on one machine: skipped where it is not installed (it has an environment of its own)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engines.test_following import BEDS, _wave
from holdfast.engines import following, segments
from holdfast.engines.following import Piece

pytest.importorskip("pyflink", reason="needs holdfast[flink] in an environment of its own")


def test_flink_says_what_this_process_says_whatever_the_order_of_the_files(tmp_path: Path) -> None:
    pieces = [
        Piece(bed, number, tuple((_wave(2 * number + second, seed),) for second in range(2)))
        for number in range(4)
        for seed, bed in enumerate(BEDS)
    ]
    folder = tmp_path / "segments"
    folder.mkdir()
    for place, piece in enumerate(reversed([*pieces, pieces[3]])):
        segments.write_segment(folder, f"{place:03d}", [piece])
    command = [sys.executable, "-m", "holdfast.engines.flink", str(folder), str(tmp_path / "results")]
    command += ["--checkpoints", str(tmp_path / "checkpoints"), "--checkpoint-s", "1"]
    env = os.environ | {"_python_worker_execution_mode": "process"}
    subprocess.run(command, check=True, env=env, timeout=300, capture_output=True)
    expected = sorted(map(segments.said_line, following.follow(pieces)))
    assert sorted(segments.read_results(tmp_path / "results")) == expected
