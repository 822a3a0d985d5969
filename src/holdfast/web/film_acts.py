"""What can be done on films, by form or as JSON."""

from collections.abc import Mapping

from holdfast.kernel.errors import OperatorError
from holdfast.usecases import films, metal_search
from holdfast.web.acts import Act, Outcome, passed_on, recorded
from holdfast.web.film_entries import FilmMarkBackEntry, FilmMarkEntry, LandmarksEntry, MetalVerdictEntry, PlaceEntry
from holdfast.web.gate import Call

_PLACE = "/cases/{}/metal"
"""The page that tells where the metal lies."""


def _mark(call: Call, case_id: str, entry: FilmMarkEntry, command_id: str) -> Outcome:
    receipt = films.mark_film(
        call.ctx,
        actor=call.actor,
        case_id=case_id,
        image_id=entry.image_id,
        at=(entry.column, entry.row),
        text=entry.text,
        command_id=command_id,
    )
    study, _ = films.film_of(call.ctx, entry.image_id)
    return recorded(receipt, f"/imaging/{study.study_id}/view")


def _judge(call: Call, case_id: str, entry: MetalVerdictEntry, command_id: str) -> Outcome:
    study, _ = films.film_of(call.ctx, entry.image_id)
    if study.case_id != case_id:
        raise OperatorError("This picture does not lie at this case.", "Lay its study to the case first.")
    receipt = metal_search.judge_mark(
        call.ctx,
        actor=call.actor,
        image_id=entry.image_id,
        mark_id=entry.mark_id,
        verdict=entry.verdict,
        what=entry.what,
        place=entry.place,
        command_id=command_id,
    )
    return recorded(receipt, f"/imaging/{study.study_id}/view?image={entry.image_id}")


FILM_ACTS: Mapping[str, Act] = {
    act.name: act
    for act in (
        Act("films.mark", FilmMarkEntry, _mark, "films/marks"),
        Act("films.mark_back", FilmMarkBackEntry, passed_on(films.take_back_mark, _PLACE), "films/marks/back"),
        Act("films.landmarks", LandmarksEntry, passed_on(films.place_landmarks, _PLACE), "films/landmarks"),
        Act("films.metal", MetalVerdictEntry, _judge, "films/metal"),
        Act("films.place", PlaceEntry, passed_on(films.read_place, _PLACE), "films/place"),
    )
}
