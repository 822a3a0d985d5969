"""Films searched for metal after they are on record, and what a person says of a mark.

The search never stands between an imaging unit and its answer: it looks for films that nothing has searched, one at a
time, on a thread of its own. A mark is no finding. It is shown as seen by the detector and not yet confirmed by a
person; only a confirmed one becomes a finding, which the reasoning then uses.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from holdfast.imaging.film import Film
from holdfast.kernel.errors import HoldfastError, NotFoundError, OperatorError
from holdfast.record import events as ev
from holdfast.record.imaging_events import IMAGING_STREAM, MarkVerdict, MetalMark, MetalMarkJudged, MetalSearched
from holdfast.record.imaging_state import ImageEntry
from holdfast.usecases.context import Context, clean_text, record, record_checked
from holdfast.usecases.ports import OWN_ACTOR, FilmReader, Films, Receipt
from holdfast.usecases.studies import study_of

RADIOGRAPHS = frozenset({"CR", "DX", "DR", "RG", "RF", "XA", "IO", ""})
"""Modalities that are searched; a JPEG or PNG states none. Ultrasound, CT and MR are not: they show metal otherwise."""
OPACITY = "metallic_opacity"
PLACES = ("thorax", "heart", "abdomen", "stomach", "neck", "head", "spine", "limb")
"""Where the person who confirms sees it; of each there is a finding of its own. Empty: only that it is there."""

if TYPE_CHECKING:  # fetched with the first film: a server listens sooner without it
    from holdfast.imaging.metal.search import Search

Searcher = Callable[[Film], "Search"]


def unsearched(ctx: Context) -> list[tuple[str, ImageEntry]]:
    """(study id, picture) of every radiograph that nothing has searched, newest first: it is for a dog in the house."""
    with ctx.book.studies() as studies:
        waiting = [
            (study.study_id, image)
            for study in studies.by_id.values()
            for image in study.images
            if image.image_id not in studies.metal.searches and image.modality in RADIOGRAPHS
        ]
    return sorted(waiting, key=lambda one: -one[1].at_us)


def search_film(
    ctx: Context, films: Films, read_film: FilmReader, searcher: Searcher, *, study_id: str, image_id: str
) -> Receipt:
    """Search one film and put what came of it on record; also that it could not be searched, and why.

    Raises ``WorldError`` when nothing can be written. The same film searched again writes nothing.
    """
    from holdfast.imaging.metal.search import DETECTOR, Search

    try:
        found = searcher(read_film(films.read(image_id)))
    except HoldfastError as error:
        found = Search((), "", (f"Not searched: {error.problem}",))
    event = MetalSearched(
        at_us=ctx.clock.now_us(),
        image_id=image_id,
        study_id=study_id,
        detector=DETECTOR,
        marks=found.marks,
        searched=found.searched,
        limits=found.limits,
    )
    command_id = f"metal:{DETECTOR}:{image_id}"
    return record(ctx, actor=OWN_ACTOR, stream=IMAGING_STREAM, events=[event], command_id=command_id)


def judge_mark(
    ctx: Context,
    *,
    actor: str,
    image_id: str,
    mark_id: str,
    verdict: MarkVerdict,
    what: str = "",
    place: str = "",
    command_id: str = "",
) -> Receipt:
    """A person confirms or rejects a mark of a study that lies at a case, or takes an earlier word back.

    Confirmed, a finding is recorded in the same breath: metallic opacity, at ``place`` when it is said. Any other word
    takes that finding back.
    """
    what = clean_text(what, "What it is")
    if place and place not in PLACES:
        raise OperatorError(f"{place!r} is no place we know.", f"Choose one of {', '.join(PLACES)}, or none.")
    study_id, case_id = _case_of(ctx, image_id)

    def build() -> Sequence[ev.AnyEvent]:
        _mark(ctx, image_id, mark_id)
        study, case = study_of(ctx, study_id), ctx.book.case(case_id)
        if study.case_id != case_id:
            raise OperatorError("The study has been taken from this case.", "Reload the page to see where it lies.")
        if case.closed:
            raise OperatorError(f"The case of {case.name} is closed ({case.closed}).", "Admit the animal again.")
        now_us = ctx.clock.now_us()
        with ctx.book.studies() as studies:
            before = studies.metal.judgement_of(image_id, mark_id)
        standing = {entry.finding_id for entry in case.findings if not entry.retracted}
        events: list[ev.AnyEvent] = []
        finding_id = ""
        if before and before.finding_id in standing:
            reason = f"The mark on the film was judged again: {verdict.value}."
            events.append(ev.FindingRetracted(at_us=now_us, finding_id=before.finding_id, reason=reason))
        if verdict is MarkVerdict.CONFIRMED:
            finding_id = ctx.ids.new_id()
            key = f"{OPACITY}_{place}" if place else OPACITY
            known = ctx.knowledge.findings.get(key)
            events.append(
                ev.FindingRecorded(
                    at_us=now_us,
                    finding_id=finding_id,
                    key=key,
                    presence=ev.Presence.PRESENT,
                    stage=ev.Stage(known.stage) if known else ev.Stage.WORKUP,
                    note="; ".join(part for part in (what, f"mark {mark_id} on a film, confirmed by a person") if part),
                )
            )
        judged = MetalMarkJudged(
            at_us=now_us,
            image_id=image_id,
            study_id=study_id,
            mark_id=mark_id,
            verdict=verdict,
            what=what,
            finding_id=finding_id,
        )
        return [judged, *events]

    return record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=build, command_id=command_id)


def _case_of(ctx: Context, image_id: str) -> tuple[str, str]:
    with ctx.book.studies() as studies:
        study_id = studies.images.get(image_id, "")
    if not study_id:
        raise NotFoundError("There is no such picture.", "Open it from the list of studies.")
    case_id = study_of(ctx, study_id).case_id
    if not case_id:
        raise OperatorError("This study lies at no case yet.", "Lay it to a case first.")
    return study_id, case_id


def _mark(ctx: Context, image_id: str, mark_id: str) -> MetalMark:
    with ctx.book.studies() as studies:
        found = next((one for one in studies.metal.marks_of(image_id) if one.mark_id == mark_id), None)
    if found is None:
        raise NotFoundError("There is no such mark on this film.", "Reload the page to see its marks.")
    return found
