"""The codec alone: a summary never reaches 140 characters, and no call whatever breaks the reader."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.gateways.cds_hooks.cards import plain, summary
from holdfast.gateways.cds_hooks.feedback import read_feedback
from holdfast.gateways.cds_hooks.outcome import HookRefusedError
from holdfast.gateways.cds_hooks.rates import Rates
from holdfast.gateways.cds_hooks.requests import ends_a_life, numbers_of, read_request, reads_so
from holdfast.kernel.time import US_PER_MIN
from holdfast.knowledge.hook_codes import load

_texts = st.text(max_size=300)
_KEYS = [
    *("resource", "entry", "coding", "code", "system", "id", "subject", "reference", "identifier", "type"),
    *("value", "resourceType", "medicationReference", "contained", "text", "status"),
]
_json = st.recursive(
    st.none() | st.booleans() | st.integers(-10, 10) | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(_KEYS),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(
    level=st.sampled_from(["does_not_fit", "leaves_open", "fits", "cannot_say"]),
    findings=st.integers(0, 5_000),
    working=_texts,
    test=st.none() | _texts,
    simulated=st.booleans(),
)
def test_a_summary_is_shorter_than_140_characters_and_one_line(level, findings, working, test, simulated) -> None:
    look: dict[str, Any] = {
        "verdict": {"level": level},
        "unexplained": [{}] * findings,
        "working": {"text": working},
        "next_tests": [] if test is None else [{"name": test, "minutes": 1_440.0}],
        "simulated": simulated,
    }
    said = summary(look)
    assert len(said) < 140
    assert said.startswith("SIMULATED") == simulated


@given(_texts)
def test_no_text_begins_markup(text) -> None:
    said = plain(text)
    assert "<" not in said
    for mark in "*_[]`|~>":
        assert said.count(mark) == said.count(f"\\{mark}")


@given(bundle=_json, sent=_json)
def test_no_shape_of_a_call_breaks_the_reader(bundle, sent) -> None:
    body = {
        "hook": "order-sign",
        "hookInstance": "1",
        "context": {"userId": "u", "patientId": "p", "draftOrders": bundle},
        "prefetch": {"patient": {"resourceType": "Patient", "identifier": sent}},
    }
    codes = load()
    try:
        request = read_request(msgspec.json.encode(body))
    except HookRefusedError:
        return
    for order in request.orders:
        ends_a_life(order, codes, frozenset())
        reads_so(order, codes)
    chips, ids, others = numbers_of(request.patient, codes)
    assert all(isinstance(one, str) for one in (*chips, *ids))
    assert all(one.system and one.value for one in others)


@given(st.binary(max_size=60))
def test_bytes_are_refused_and_never_break(body) -> None:
    for read in (read_request, read_feedback):
        with pytest.raises(HookRefusedError):
            read(body)


def test_a_bucket_lets_a_minutes_worth_through_and_then_fills_evenly() -> None:
    rates = Rates()
    assert [rates.take("a", 3, 0) for _ in range(4)] == [True, True, True, False]
    assert rates.take("b", 3, 0)
    assert not rates.take("a", 3, US_PER_MIN // 3 - 1)
    assert rates.take("a", 3, US_PER_MIN // 3 + 1, only_look=True)
    assert rates.take("a", 3, US_PER_MIN // 3 + 1)
    assert not rates.take("a", 3, US_PER_MIN // 3 + 2)
