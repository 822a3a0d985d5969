"""What a comparison of incidents must hold to, whatever the history, and what Rex's must say."""

from collections.abc import Callable
from dataclasses import replace

import msgspec
import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from holdfast.investigation.compare import UNRECORDED, Comparison, compare
from holdfast.investigation.question import US_PER_DAY, Film, Happened, Question, Work, place
from holdfast.knowledge.injuries import load
from holdfast.record import inquiry_events as iq
from holdfast.record.service_events import Answer, Imaged, Incident, Mechanism, Seen
from investigation.rex_case import BITE, CHART, FOUND_US, LESION, PIPE, rex

DATA = load()
SLACK = 1e-9
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
"""No shrinking: a question is a tenth of a second."""
PLACES = ["left:thorax_mid", "right:thorax_mid", "left:thorax_caudal", "right:forelimb_lower", "midline:tail"]


def ask(question: Question) -> Comparison:
    return compare(DATA, question, CHART)


def before(days: float) -> int:
    return FOUND_US - int(days * US_PER_DAY)


known_ages = st.tuples(st.floats(1, 200), st.floats(1.05, 8), st.sampled_from(list(iq.AgeBasis))).map(
    lambda t: iq.WoundAge(low_days=t[0], high_days=t[0] * t[1], basis=t[2], reason="seen", by="somebody")
)
lesions = st.builds(
    lambda where, depth, found, basis, material, age: msgspec.structs.replace(
        LESION,
        side=where.partition(":")[0],
        region=where.partition(":")[2],
        depth=depth,
        found=found,
        found_basis=basis,
        material=material,
        age=age,
    ),
    st.sampled_from(PLACES),
    st.sampled_from(list(iq.Depth)),
    st.sampled_from(list(iq.ObjectFound)),
    st.sampled_from(list(iq.Basis)),
    st.sampled_from(list(iq.Material)),
    known_ages,
)
incidents = st.builds(
    lambda mechanism, where, seen, witnesses: Incident(
        mechanism=mechanism,
        what="something",
        side=where.partition(":")[0],
        region=where.partition(":")[2],
        seen=seen,
        witnesses=witnesses,
        imaged=Imaged.NOT_IMAGED,
    ),
    st.sampled_from(list(Mechanism)),
    st.sampled_from([*PLACES, ""]),
    st.sampled_from(list(Seen)),
    st.sampled_from(["", "somebody"]),
)
works = st.lists(
    st.tuples(st.floats(1, 600), st.sampled_from(list(Answer)), st.sampled_from(list(Answer))), max_size=3
).map(lambda rows: tuple(Work(f"w{n}", before(d), "search", "", g, e) for n, (d, g, e) in enumerate(rows)))
films = st.lists(
    st.tuples(st.floats(1, 600), st.sets(st.sampled_from(PLACES), min_size=1), st.sampled_from(list(Answer))),
    max_size=2,
).map(lambda rows: tuple(Film(before(days), tuple(sorted(places)), seen) for days, places, seen in rows))


@st.composite
def questions(draw: st.DrawFn, with_films: bool = True) -> Question:
    happened = draw(st.lists(st.tuples(st.floats(0.5, 900), incidents), min_size=1, max_size=3))
    told = tuple(Happened(f"i{number}", before(days), one) for number, (days, one) in enumerate(happened))
    lesion = draw(lesions)
    return Question(lesion, told, draw(works), draw(films) if with_films else (), before(1500))


@settings(max_examples=25, deadline=None, phases=PHASES)
@given(questions(), st.floats(1.01, 20), st.booleans())
def test_moving_an_incident_outside_the_wound_age_never_raises_it(asked: Question, far: float, older: bool) -> None:
    age = asked.lesion.age
    assert age is not None
    inside = (age.low_days * age.high_days) ** 0.5
    outside = age.high_days * far if older else age.low_days / far
    # Films say what they say of a moment; here the wound's age alone is asked, so none lies in between.
    lo, hi = sorted((inside, outside))
    calm = tuple(film for film in asked.films if not lo <= asked.age_days(film.at_us) <= hi)
    asked = replace(asked, films=calm)

    def at(days: float) -> Comparison:
        first, *rest = asked.incidents
        return ask(replace(asked, incidents=(replace(first, at_us=before(days)), *rest)))

    within, without = at(inside).candidate("i0"), at(outside).candidate("i0")
    assert without.probability <= within.probability + SLACK
    assert without.low <= within.low + SLACK
    assert without.high <= within.high + SLACK


def _lesion(**changes: object) -> Callable[[Question], Question]:
    return lambda asked: replace(asked, lesion=msgspec.structs.replace(asked.lesion, **changes))


def _first_incident(**changes: object) -> Callable[[Question], Question]:
    def less(asked: Question) -> Question:
        first, *rest = asked.incidents
        return replace(
            asked, incidents=(replace(first, incident=msgspec.structs.replace(first.incident, **changes)), *rest)
        )

    return less


def _age_without_basis(asked: Question) -> Question:
    age = asked.lesion.age
    assert age is not None
    return _lesion(age=msgspec.structs.replace(age, basis=iq.AgeBasis.NOT_RECORDED))(asked)


def _object_unnamed(asked: Question) -> Question:
    """Metal of some kind is less than which kind."""
    metal = asked.lesion.found in (iq.ObjectFound.PROJECTILE, iq.ObjectFound.METAL_SPLINTER, iq.ObjectFound.METAL_POINT)
    return _lesion(found=iq.ObjectFound.METAL)(asked) if metal else asked


def _works_unknown(asked: Question) -> Question:
    return replace(asked, works=tuple(replace(one, gunfire=Answer.NOT_RECORDED) for one in asked.works))


def _films_unread(asked: Question) -> Question:
    return replace(asked, films=tuple(replace(one, metal_seen=Answer.NOT_RECORDED) for one in asked.films))


REMOVALS = {
    "age": _lesion(age=None),
    "what the age was judged from": _age_without_basis,
    "what lay there": _lesion(
        found=iq.ObjectFound.NOT_RECORDED, found_basis=iq.Basis.NOT_RECORDED, material=iq.Material.NOT_RECORDED
    ),
    "which metal thing it is": _object_unnamed,
    "who named it": _lesion(found_basis=iq.Basis.NOT_RECORDED),
    "the metal": _lesion(material=iq.Material.NOT_RECORDED),
    "the depth": _lesion(depth=iq.Depth.NOT_RECORDED),
    "the place": _lesion(side="", region=""),
    "where the incident struck": _first_incident(side="", region=""),
    "what was seen after it": _first_incident(seen=Seen.NOT_RECORDED),
    "whether shots were fired": _works_unknown,
    "what the films showed": _films_unread,
}


@pytest.mark.parametrize("removed", REMOVALS)
@settings(max_examples=6, deadline=None, phases=PHASES)
@given(questions())
def test_removing_evidence_never_sharpens(removed: str, asked: Question) -> None:
    full, less = ask(asked), ask(REMOVALS[removed](asked))
    for one in full.candidates:
        wider = less.candidate(one.key)
        assert wider.low <= one.low + SLACK, (removed, one.key)
        assert wider.high >= one.high - SLACK, (removed, one.key)


@settings(max_examples=15, deadline=None, phases=PHASES)
@given(questions())
def test_an_answer_is_a_distribution_with_ranges_about_it(asked: Question) -> None:
    found = ask(asked)
    assert {one.key for one in found.candidates} == {*(one.entry_id for one in asked.incidents), UNRECORDED}
    assert sum(one.probability for one in found.candidates) == pytest.approx(1)
    assert all(0 <= one.low <= one.probability + SLACK for one in found.candidates)
    assert all(one.probability - SLACK <= one.high <= 1 for one in found.candidates)
    assert [one.probability for one in found.candidates] == sorted(
        (o.probability for o in found.candidates), reverse=True
    )
    assert found.elsewhere + sum(one.share for one in found.works) == pytest.approx(1)
    assert found.candidate(UNRECORDED).probability > 0


def test_the_same_question_has_the_same_answer() -> None:
    assert ask(rex()) == ask(rex())


def test_without_any_incident_only_what_is_not_on_record_remains() -> None:
    found = ask(replace(rex(), incidents=()))
    assert [(one.key, one.probability, one.low, one.high) for one in found.candidates] == [(UNRECORDED, 1.0, 1.0, 1.0)]


def test_what_happened_after_the_finding_cannot_have_done_it() -> None:
    asked = rex()
    late = tuple(replace(one, at_us=FOUND_US + US_PER_DAY) for one in asked.incidents)
    found = ask(replace(asked, incidents=late))
    assert found.candidate(PIPE).probability == 0
    assert found.candidate(PIPE).high < 1e-9


def test_rex_s_pipe_is_not_what_did_it() -> None:
    found = ask(rex())
    first = found.candidates[0]
    assert first.key == UNRECORDED
    assert first.low > 0.9
    assert found.candidate(PIPE).high < 0.1
    assert found.candidate(BITE).high < 0.01
    assert found.works[0].work.place == "Warehouse, Dock Road"
    assert found.works[0].share > 0.5
    assert found.mechanisms[0][0] is Mechanism.GUNSHOT


def test_the_pipe_is_named_when_it_is_the_right_answer() -> None:
    """The same dog with a young bruise and nothing in it: no alibi for the pipe."""
    age = iq.WoundAge(low_days=10, high_days=21, basis=iq.AgeBasis.HISTOLOGY, reason="fibroblasts", by="Dr Lang")
    bruise = msgspec.structs.replace(LESION, found=iq.ObjectFound.NONE, depth=iq.Depth.MUSCLE, age=age)
    found = ask(rex(bruise))
    assert found.candidates[0].key == PIPE
    assert found.candidates[0].low > 0.5


def test_a_clear_film_after_an_incident_speaks_against_it() -> None:
    asked = rex()
    film = Film(before(1), (place("left", "thorax_mid"),), Answer.NO)
    assert (
        ask(replace(asked, films=(*asked.films, film))).candidate(PIPE).probability
        <= ask(asked).candidate(PIPE).probability
    )
    other = Film(before(1), (place("right", "forelimb_lower"),), Answer.NO)
    assert ask(replace(asked, films=(*asked.films, other))) == ask(asked)


def test_an_unwitnessed_incident_is_believed_less() -> None:
    asked = rex()
    told = tuple(replace(one, incident=msgspec.structs.replace(one.incident, witnesses="")) for one in asked.incidents)
    alone = ask(replace(asked, incidents=told)).candidate(PIPE)
    assert alone.probability > ask(asked).candidate(PIPE).probability
    assert np.isfinite(alone.high)
