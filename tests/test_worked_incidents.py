"""The page about incidents says what the code says."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_numbers_of_rex_s_fragment_are_those_that_the_code_gives_now() -> None:
    script = ROOT / "benchmarks" / "worked_incidents.py"
    done = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_rex_s_page_says_what_the_story_turns_on() -> None:
    page = (ROOT / "docs" / "explanation" / "incidents.md").read_text(encoding="utf-8")
    last = page.partition("<!-- step: answers -->")[2].partition("<!-- end -->")[0]
    for words in (
        "An event that is not on record is likeliest",
        "does not explain a projectile",
        "The tissue says older than the blow",
        "The span of time is 26 May 2026 to 25 Oct 2026",
        "Warehouse, Dock Road",
    ):
        assert words in last, words
