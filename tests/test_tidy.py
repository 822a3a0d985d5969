"""House rules that a linter does not know."""

import argparse
import re
from pathlib import Path

import pytest

from holdfast.cli.main import _parser
from holdfast.kernel.limits import __dict__ as LIMITS  # noqa: N812
from holdfast.record.events import ANY_CASE_EVENT, ANY_CLINIC_EVENT

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "src").rglob("*.py"))
TREE = [
    *SOURCES,
    *(
        p
        for folder in ("benchmarks", "docs", "packaging", "tests", "tools")
        for p in sorted((ROOT / folder).rglob("*.py"))
    ),
]
EDGES = {"__init__.py", "__main__.py", "config.py", "cli", "bootstrap", "web", "gateways", "storage", "simulation"}
LINES_MAX = 400


@pytest.mark.parametrize("path", TREE, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_has_one_subject_and_a_bounded_length(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= LINES_MAX
    assert text.lstrip().startswith(('"""', 'r"""', "#!")), "a module begins by saying what it is for"


@pytest.mark.parametrize(
    "path",
    [p for p in SOURCES if p.relative_to(ROOT / "src" / "holdfast").parts[0] not in EDGES],
    ids=lambda p: str(p.relative_to(ROOT / "src")),
)
def test_the_middle_reads_no_clock(path: Path) -> None:
    assert not re.search(r"datetime\.now|utcnow|time\.time|monotonic\(", path.read_text())


def test_types_are_made_known_to_msgspec_in_one_place() -> None:
    """Elsewhere two threads may meet a type for the first time at once, of which the process dies."""
    asks = re.compile(r"msgspec\.convert\(|msgspec\.(json|msgpack)\.(Decoder\(|decode\([^\n]*type=)")
    asking = [path.name for path in SOURCES if path.name != "typed.py" and asks.search(path.read_text())]
    assert asking == []


def test_every_kind_of_event_is_documented() -> None:
    page = (ROOT / "docs" / "reference" / "events.md").read_text()
    kinds = [e.__struct_config__.tag for e in (*ANY_CASE_EVENT.__args__, *ANY_CLINIC_EVENT.__args__)]
    assert [kind for kind in kinds if f"`{kind}`" not in page] == []


def test_every_subcommand_and_option_is_documented() -> None:
    page = (ROOT / "docs" / "reference" / "command-line.md").read_text()
    named, options = _words_of(_parser(), "holdfast")
    assert [name for name in named if f"`{name}" not in page] == []
    assert sorted(option for option in options if option not in page) == []


def _words_of(parser: argparse.ArgumentParser, name: str) -> tuple[list[str], set[str]]:
    """Every subcommand below, whole, and every option but ``--help``."""
    named, options = [], set()
    for action in parser._actions:
        options.update(one for one in action.option_strings if one.startswith("--") and one != "--help")
        if isinstance(action, argparse._SubParsersAction):
            for word, below in action.choices.items():
                deeper = _words_of(below, f"{name} {word}")
                named += deeper[0] or [f"{name} {word}"]
                options |= deeper[1]
    return named, options


def test_every_limit_gives_its_reason() -> None:
    text = (ROOT / "src" / "holdfast" / "kernel" / "limits.py").read_text()
    names = [name for name in LIMITS if name.isupper()]
    assert [name for name in names if not re.search(rf"^{name} = .+\n\"\"\"", text, re.MULTILINE)] == []
