"""Seeded trouble on the line."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.record.monitor import Origin
from holdfast.simulation.faults import SENTINELS, FaultPlan, faulty_bytes, faulty_messages
from holdfast.simulation.monitor import SimulatedMonitor
from simulation.sim_dogs import live, scenario

MESSAGES = live(SimulatedMonitor(scenario(), "1"), 60)
IDS = [m.control_id for m in MESSAGES]
share = st.floats(min_value=0, max_value=1)


def test_without_faults_the_stream_is_untouched() -> None:
    assert list(faulty_messages(MESSAGES, FaultPlan(), 1)) == MESSAGES
    assert list(faulty_bytes([b"one", b"two"], FaultPlan(), 1)) == [b"one", b"two"]


def test_a_seed_fixes_the_faults() -> None:
    plan = FaultPlan(drop=0.2, duplicate=0.2, delay=0.3, clock_back=0.1, sentinel=0.2)
    one, again, other = (list(faulty_messages(MESSAGES, plan, seed)) for seed in (5, 5, 6))
    assert one == again
    assert one != other


def test_drop_duplicate_and_delay_do_only_that() -> None:
    dropped = [m.control_id for m in faulty_messages(MESSAGES, FaultPlan(drop=0.3), 1)]
    assert 20 < len(dropped) < 60
    assert dropped == [i for i in IDS if i in set(dropped)]
    doubled = [m.control_id for m in faulty_messages(MESSAGES, FaultPlan(duplicate=0.3), 1)]
    assert list(dict.fromkeys(doubled)) == IDS
    assert len(doubled) > 65
    late = [m.control_id for m in faulty_messages(MESSAGES, FaultPlan(delay=0.3, delay_max=4), 1)]
    assert sorted(late) == sorted(IDS)
    assert late != IDS
    assert all(late.index(i) - IDS.index(i) <= 4 for i in IDS)


def test_clock_and_sentinel_faults() -> None:
    back = list(faulty_messages(MESSAGES, FaultPlan(clock_back=1.0, clock_back_s=90), 1))
    assert [a.sent_us - b.sent_us for a, b in zip(MESSAGES, back, strict=True)] == [90_000_000] * 60
    assert back[0].waves[0].start_us == MESSAGES[0].waves[0].start_us - 90_000_000
    bad = list(faulty_messages(MESSAGES, FaultPlan(sentinel=1.0), 1))
    assert all(sum(n.value in SENTINELS for n in m.numerics) == 1 for m in bad)


def test_truncated_bytes_are_a_true_beginning() -> None:
    encoded = [msgspec.json.encode(m) for m in MESSAGES[:20]]
    for whole, cut in zip(encoded, faulty_bytes(encoded, FaultPlan(truncate=1.0), 3), strict=True):
        assert 0 < len(cut) < len(whole)
        assert whole.startswith(cut)


@settings(max_examples=30, deadline=None)
@given(share, share, share, share, share, st.integers(min_value=0, max_value=2**32))
def test_no_fault_changes_the_origin_or_invents_a_message(drop, duplicate, delay, clock, sentinel, seed) -> None:
    plan = FaultPlan(drop=drop, duplicate=duplicate, delay=delay, clock_back=clock, sentinel=sentinel)
    out = list(faulty_messages(MESSAGES, plan, seed))
    assert all(m.origin is Origin.SIMULATED for m in out)
    assert {m.control_id for m in out} <= set(IDS)
    if not drop:
        assert {m.control_id for m in out} == set(IDS)


@pytest.mark.parametrize("size", [0, 1])
def test_there_is_nothing_to_cut_from_almost_nothing(size: int) -> None:
    assert list(faulty_bytes([b"x" * size], FaultPlan(truncate=1.0), 1)) == [b"x" * size]
