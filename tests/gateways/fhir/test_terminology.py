"""A clinic's own code systems: what is matched, what is not, and that nobody guesses between two codes."""

from pathlib import Path

import pytest

from holdfast.gateways.fhir import terminology as te
from holdfast.kernel.errors import OperatorError
from holdfast.knowledge.loader import load

KNOWLEDGE = load()
SEPSIS = next(one for one in KNOWLEDGE.diseases.values())
HEADER = "id\teffectiveTime\tactive\tmoduleId\tconceptId\tlanguageCode\ttypeId\tterm\tcaseSignificanceId\n"


def row(concept: str, term: str, *, kind: str = "900000000000013009", active: str = "1") -> str:
    return f"1\t20260101\t{active}\t0\t{concept}\ten\t{kind}\t{term}\t0\n"


def test_a_table_says_which_of_our_things_a_code_is_for(tmp_path: Path) -> None:
    loaded = te.load_csv(f"code,display,key\n77,Own words,disease:{SEPSIS.key}\n78,,\n", "urn:x", "9", KNOWLEDGE)
    assert [(one.key, one.code) for one in loaded.system.codes] == [(f"disease:{SEPSIS.key}", "77")]
    assert (loaded.rows, loaded.unmatched) == (2, 1)
    te.keep(tmp_path, "venom", loaded.system)
    codings = te.read_codings(tmp_path)
    assert codings[f"disease:{SEPSIS.key}"][0] == {
        "system": "urn:x",
        "code": "77",
        "display": "Own words",
        "version": "9",
    }
    assert te.key_of(codings, "urn:x", "77") == f"disease:{SEPSIS.key}"


def test_without_a_key_the_name_decides() -> None:
    loaded = te.load_csv(f"Term,Id\n{SEPSIS.name.upper()},5\nNot a thing,6\n", "urn:x", "", KNOWLEDGE)
    assert [one.code for one in loaded.system.codes] == ["5"]


def test_a_description_file_is_matched_by_name_and_retired_rows_are_not() -> None:
    lines = [
        HEADER,
        row("111", f"{SEPSIS.name} (disorder)", kind="900000000000003001"),
        row("111", SEPSIS.name),
        row("222", SEPSIS.name, active="0"),
    ]
    loaded = te.load_rf2(lines, "2026-01", KNOWLEDGE)
    assert [(one.key, one.code) for one in loaded.system.codes] == [(f"disease:{SEPSIS.key}", "111")]


def test_two_codes_for_one_thing_are_said_and_neither_is_taken() -> None:
    loaded = te.load_rf2([HEADER, row("111", SEPSIS.name), row("222", SEPSIS.name)], "", KNOWLEDGE)
    assert loaded.system.codes == ()
    assert loaded.ambiguous == (f"disease:{SEPSIS.key}",)


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "code,display,key\n1,x,disease:no_such_thing\n"])
def test_a_table_of_something_else_is_refused(text: str) -> None:
    with pytest.raises(OperatorError):
        te.load_csv(text, "urn:x", "", KNOWLEDGE)


def test_a_file_that_is_no_release_is_refused() -> None:
    with pytest.raises(OperatorError, match="RF2"):
        te.load_rf2(["id;term\n"], "", KNOWLEDGE)
