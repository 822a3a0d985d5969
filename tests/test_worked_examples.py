"""The worked examples of the documentation say what the code says."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_numbers_on_the_pages_are_those_that_the_code_gives_now() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / "worked_examples.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
