"""A person's answer to one line of a score, by form or as JSON."""

from collections.abc import Mapping

from holdfast.usecases import scoring
from holdfast.web.acts import Act, Outcome, recorded
from holdfast.web.entries import Entry
from holdfast.web.gate import Call


class ScoreEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    score: str = ""
    item: str = ""
    points: float
    at_us: int | None = None


def _answer(call: Call, case_id: str, entry: ScoreEntry, command_id: str) -> Outcome:
    receipt = scoring.answer(
        call.ctx,
        actor=call.actor,
        case_id=case_id,
        score_key=entry.score,
        item=entry.item,
        points=entry.points,
        at_us=entry.at_us,
        command_id=command_id,
    )
    return recorded(receipt, f"/cases/{case_id}/scores")


SCORE_ACTS: Mapping[str, Act] = {act.name: act for act in (Act("scores", ScoreEntry, _answer),)}
