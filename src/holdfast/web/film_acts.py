"""What can be done on films, by form or as JSON."""

from collections.abc import Mapping

from holdfast.usecases import films
from holdfast.web.acts import Act, Outcome, passed_on, recorded
from holdfast.web.film_entries import FilmMarkBackEntry, FilmMarkEntry, LandmarksEntry, PlaceEntry
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


FILM_ACTS: Mapping[str, Act] = {
    act.name: act
    for act in (
        Act("films.mark", FilmMarkEntry, _mark, "films/marks"),
        Act("films.mark_back", FilmMarkBackEntry, passed_on(films.take_back_mark, _PLACE), "films/marks/back"),
        Act("films.landmarks", LandmarksEntry, passed_on(films.place_landmarks, _PLACE), "films/landmarks"),
        Act("films.place", PlaceEntry, passed_on(films.read_place, _PLACE), "films/place"),
    )
}
