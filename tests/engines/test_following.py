"""What an engine may do to the pieces of a bed (late, twice, out of order, a new worker each time) changes nothing."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.engines import following, segments
from holdfast.engines.following import Piece, Said
from holdfast.kernel.errors import SenderError
from holdfast.record.monitor import Wave

BEDS = ("north/1", "south/1 é\tx")
PIECES = 6
START_US = 1_700_000_000_000_000


def _wave(second: int, seed: int) -> Wave:
    samples = np.random.default_rng(1000 * seed + second).normal(0, 0.02, 250)
    samples[60 + 5 * seed :: 125] += 1.2
    return Wave(
        key="ecg_ii",
        code="",
        name="",
        unit="mV",
        rate_hz=250.0,
        start_us=START_US + second * 1_000_000,
        samples=samples.astype("<f4").tobytes(),
    )


@pytest.fixture(scope="module")
def pieces() -> list[Piece]:
    return [
        Piece(bed, number, tuple((_wave(2 * number + second, seed),) for second in range(2)))
        for number in range(PIECES)
        for seed, bed in enumerate(BEDS)
    ]


@pytest.fixture(scope="module")
def expected(pieces: list[Piece]) -> list[Said]:
    return sorted(following.follow(pieces), key=lambda said: (said.bed, said.number))


def _by_a_new_worker_each_time(pieces: list[Piece]) -> list[Said]:
    kept: dict[str, bytes] = {}
    found: list[Said] = []
    for piece in pieces:
        state = following.load(kept[piece.bed]) if piece.bed in kept else following.initial()
        state, said = following.step(state, piece)
        kept[piece.bed] = following.dump(state)
        found += said
    for data in kept.values():
        found += following.finish(following.load(data))[1]
    return sorted(found, key=lambda said: (said.bed, said.number))


def test_each_piece_is_answered_once_and_the_beds_do_not_mix(expected: list[Said]) -> None:
    assert [(said.bed, said.number) for said in expected] == [(bed, n) for bed in BEDS for n in range(PIECES)]
    assert all(len(said.said) == 2 for said in expected)
    assert len({said.state_sha256 for said in expected}) == len(expected)
    assert any(outputs.signals for said in expected for outputs in said.said)


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_late_twice_and_out_of_order_say_the_same_to_the_last_bit(
    pieces: list[Piece], expected: list[Said], data: st.DataObject
) -> None:
    again = data.draw(st.lists(st.sampled_from(range(len(pieces))), max_size=8))
    order = data.draw(st.permutations([*range(len(pieces)), *again]))
    assert _by_a_new_worker_each_time([pieces[place] for place in order]) == expected


def test_a_piece_that_never_comes_is_said_and_holds_nothing_up_at_the_end(pieces: list[Piece]) -> None:
    ours = [piece for piece in pieces if piece.bed == BEDS[0] and piece.number not in (2, 3)]
    found = _by_a_new_worker_each_time(ours)
    assert [(said.number, said.missed) for said in found] == [(0, (0, 0)), (1, (0, 0)), (4, (2, 2)), (5, (0, 0))]


def test_a_hole_is_given_up_when_too_much_waits_and_what_comes_later_is_not_taken(
    pieces: list[Piece], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "WAITING_MAX", 2)
    ours = [piece for piece in pieces if piece.bed == BEDS[0]]
    state, found = following.initial(), []
    for number in (1, 2, 3, 0):
        state, said = following.step(state, ours[number])
        found.append([(one.number, one.missed) for one in said])
    assert found == [[], [], [(1, (0, 1)), (2, (0, 0)), (3, (0, 0))], []]


def test_a_segment_gives_back_its_pieces_and_is_never_seen_half_written(pieces: list[Piece], tmp_path: Path) -> None:
    segments.write_segment(tmp_path, "b", pieces[5:])
    segments.write_segment(tmp_path, "a", pieces[:5])
    (tmp_path / ".c.pieces").write_text("half of a li")
    assert list(segments.read_segments(tmp_path)) == pieces
    assert {segments.bed_of(segments.to_line(piece)) for piece in pieces} == set(BEDS)


@pytest.mark.parametrize("line", ["", "a\tb", "a\t0\t!!", "a\t0\tgA==", "a\t0\tk6Fi\t"])
def test_a_line_that_is_no_piece_is_refused_in_words(line: str) -> None:
    with pytest.raises(SenderError, match="no piece"):
        segments.from_line(line)


def test_a_line_under_the_name_of_another_bed_is_refused(pieces: list[Piece]) -> None:
    line = segments.to_line(pieces[0]).replace("north", "south")
    with pytest.raises(SenderError, match="another bed"):
        segments.from_line(line)


def test_results_that_are_not_committed_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "2026").mkdir()
    (tmp_path / "2026" / "said-0.jsonl").write_text('{"a":1}\n{"a":2}\n')
    (tmp_path / "2026" / ".said-1.jsonl.inprogress").write_text('{"a":3}\n')
    assert list(segments.read_results(tmp_path)) == ['{"a":1}', '{"a":2}']
