"""What can be done in a recovery and for the way home, by form or as JSON."""

from collections.abc import Mapping

from holdfast.usecases import discharge, home, recovery
from holdfast.web.acts import Act, passed_on
from holdfast.web.entries import Entry

_RECOVERY = "/cases/{}/recovery"
_HOME = "/cases/{}/home"


class MarkEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    sign: str = ""
    note: str = ""
    at_us: int | None = None


class WithdrawMarkEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    reason: str = ""


class TotalEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    due: str = ""
    points: float


class ToldEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    text: str = ""
    draft: str = ""


class RevokeEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    why: str = ""


class MedicineEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    medicine: str = ""
    how: str = ""
    until: str = ""


class StopEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    reason: str = ""


class LetterEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    diagnosis: str = ""
    words: str = ""
    recheck: str = ""


RECOVERY_ACTS: Mapping[str, Act] = {
    act.name: act
    for act in (
        Act("recovery.mark", MarkEntry, passed_on(recovery.mark, _RECOVERY), "recovery/marks"),
        Act(
            "recovery.withdraw",
            WithdrawMarkEntry,
            passed_on(recovery.withdraw_mark, _RECOVERY, "mark_id"),
            "recovery/marks/{mark_id}/withdraw",
        ),
        Act("recovery.total", TotalEntry, passed_on(recovery.record_total, _RECOVERY), "recovery/totals"),
        Act("home.tell", ToldEntry, passed_on(home.tell, f"{_HOME}#told"), "home/told"),
        Act(
            "home.revoke",
            RevokeEntry,
            passed_on(home.revoke_link, f"{_HOME}#links", "link_id"),
            "home/links/{link_id}/revoke",
        ),
        Act("home.medicine", MedicineEntry, passed_on(discharge.order_medicine, f"{_HOME}#letter"), "home/medicines"),
        Act(
            "home.stop",
            StopEntry,
            passed_on(discharge.stop_medicine, f"{_HOME}#letter", "order_id"),
            "home/medicines/{order_id}/stop",
        ),
        Act("home.letter", LetterEntry, passed_on(discharge.write_letter, f"{_HOME}#letter"), "home/letter"),
    )
}
