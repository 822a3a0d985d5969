"""Whatever another program sends is answered in words: nothing that it can write makes a mistake of ours."""

import copy
import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateways.fhir.fhir_case import ASKER, BASE, empty_side, whole_case
from holdfast.gateways.fhir.bundles import carried, is_ours
from holdfast.gateways.fhir.carrying import export_case
from holdfast.gateways.fhir.foreign import read_resource
from holdfast.gateways.fhir.search import PARAMETERS, read_query, read_span
from holdfast.gateways.fhir.shapes import WRITTEN
from holdfast.kernel.errors import HoldfastError, SenderError
from holdfast.kernel.time import from_datetime
from holdfast.knowledge.loader import load
from holdfast.usecases.exchange import ExchangeError
from making import NOON_US

KNOWLEDGE = load()
NAMES = st.sampled_from(
    [
        "resourceType",
        "status",
        "intent",
        "code",
        "coding",
        "system",
        "value",
        "valueQuantity",
        "valueBoolean",
        "unit",
        "component",
        "subject",
        "reference",
        "identifier",
        "effectiveDateTime",
        "effectivePeriod",
        "start",
        "note",
        "text",
        "extension",
        "url",
        "valueCodeableConcept",
        "name",
        "given",
        "contact",
        "birthDate",
        "requester",
        "reasonCode",
    ]
)
WORDS = st.sampled_from(
    [
        "final",
        "order",
        "draft",
        "http://loinc.org",
        "8867-4",
        "/min",
        "Patient",
        "Observation",
        "Condition",
        "ServiceRequest",
        "species",
        "canislf",
        "fever",
        "http://hl7.org/fhir/StructureDefinition/patient-animal",
        "urn:holdfast:finding",
        "9999-12-31T23:59:59-23:59",
        "0001-01-01T00:00:00+23:59",
        "2026-13",
        "2026",
    ]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | WORDS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=12,
)
RESOURCES = st.dictionaries(NAMES, VALUES, max_size=10)


@settings(max_examples=60, deadline=None)
@given(RESOURCES, st.sampled_from(sorted(WRITTEN)))
def test_any_resource_is_read_or_refused(content: dict, kind: str) -> None:
    with suppress(ExchangeError):
        read_resource(content | {"resourceType": kind}, KNOWLEDGE, {}, NOON_US)


def whole_observation() -> dict:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
        "subject": {"reference": "Patient/none"},
        "effectiveDateTime": "2026-03-01T12:00:00Z",
        "valueQuantity": {"value": 150, "unit": "/min", "code": "/min"},
        "component": [{"code": {"coding": [{"code": "x"}]}, "valueQuantity": {"value": 1}}],
        "note": [{"text": "by ear"}],
        "identifier": [{"value": "7"}],
    }


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(sorted(whole_observation())), VALUES)
def test_an_observation_with_one_part_exchanged_is_answered(part: str, value: object) -> None:
    side = empty_side()
    body = json.dumps(whole_observation() | {part: value}).encode()
    with pytest.raises(HoldfastError):
        side.desk.create(ASKER, "Observation", body, once="")
    assert side.ctx.store.quarantine()


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(sorted(PARAMETERS)),
    st.lists(
        st.tuples(
            st.sampled_from(["patient", "date", "code", "_id", "_count", "_offset", "_sort", "status", "x"]),
            st.text(max_size=12) | WORDS,
        ),
        max_size=4,
    ),
)
def test_any_search_is_answered_or_refused(kind: str, params: list[tuple[str, str]]) -> None:
    side = empty_side()
    with suppress(ExchangeError):
        side.desk.search(ASKER, kind, params, BASE)


@given(st.datetimes(min_value=datetime(1980, 1, 1), max_value=datetime(2200, 1, 1)))  # noqa: DTZ001
def test_a_day_holds_its_own_instants_and_the_prefixes_divide_time(at: datetime) -> None:
    day = at.date().isoformat()
    at_us = from_datetime(at.replace(tzinfo=UTC))
    assert read_span("date", day).holds(at_us)
    for low, high in (("lt", "ge"), ("le", "gt"), ("eb", "ge"), ("eq", "ne")):
        assert read_span("date", low + day).holds(at_us) != read_span("date", high + day).holds(at_us)
    assert read_query("Observation", [("date", day)]).window()[0] <= at_us


@pytest.fixture(scope="module")
def bundle() -> dict:
    side, case_id = whole_case()
    return json.loads(json.dumps(export_case(side.ctx, side.desk, side.films, case_id)))


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_bundle_with_any_part_of_an_event_exchanged_is_refused(bundle: dict, data: st.DataObject) -> None:
    told = [n for n, one in enumerate(bundle["entry"]) if one["resource"]["resourceType"] == "Provenance"]
    place = data.draw(st.sampled_from(told))
    harmed = dict(bundle)
    harmed["entry"] = list(bundle["entry"])
    resource = copy.deepcopy(bundle["entry"][place]["resource"])
    if data.draw(st.booleans()):
        part = data.draw(st.sampled_from(resource["extension"][0]["extension"]))
        if part["url"] == "seq":
            part["url"] = "none"
        else:
            part["valueString"] = data.draw(st.text(max_size=4))
    else:
        resource["contained"] = data.draw(VALUES.filter(lambda value: value != resource["contained"]))
    harmed["entry"][place] = {"resource": resource}
    assert is_ours(harmed)
    with pytest.raises(SenderError):
        carried(harmed)
