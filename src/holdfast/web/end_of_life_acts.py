"""What can be done about an end-of-life order after it was placed, by form or as JSON."""

from collections.abc import Mapping

from holdfast.usecases import death, end_of_life
from holdfast.web.acts import Act, passed_on
from holdfast.web.entries import Entry

_PAGE = "/cases/{}/end-of-life"


class OrderStepEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base: which order. Fields have the names that the use case takes."""

    order_id: str = ""


class IdentityEntry(OrderStepEntry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    how: str = ""
    read: str = ""
    note: str = ""


class ConsentEntry(OrderStepEntry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    by: str = ""
    relation: str = ""
    how: str = ""
    confirmed_by: str = ""
    witness: str = ""
    note: str = ""


class QualityEntry(OrderStepEntry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    tool: str = ""
    total: float
    note: str = ""


class ComfortGivenEntry(OrderStepEntry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    analgesia: str = ""
    sedation: str = ""
    analgesic: str = ""
    analgesic_amount: str = ""
    sedative: str = ""
    sedative_amount: str = ""
    note: str = ""


class PerformEntry(OrderStepEntry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    by: str = ""
    what: str = ""
    amount: str = ""
    route: str = ""
    reason: str = ""
    words: str = ""


class StopEntry(OrderStepEntry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    reason: str = "other"
    words: str = ""


class CheckEntry(OrderStepEntry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    absent: tuple[str, ...] = ()
    present: tuple[str, ...] = ()
    note: str = ""


class ConfirmEntry(OrderStepEntry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    reason: str = ""
    words: str = ""


class AftercareEntry(OrderStepEntry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    item: str = ""
    choice: str = ""
    note: str = ""


class FinishEntry(OrderStepEntry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    reason: str = ""


END_OF_LIFE_ACTS: Mapping[str, Act] = {
    act.name: act
    for act in (
        Act("eol.identity", IdentityEntry, passed_on(end_of_life.identify, _PAGE), "end-of-life/identity"),
        Act("eol.consent", ConsentEntry, passed_on(end_of_life.consent, _PAGE), "end-of-life/consent"),
        Act("eol.quality", QualityEntry, passed_on(end_of_life.quality_of_life, _PAGE), "end-of-life/quality"),
        Act("eol.comfort", ComfortGivenEntry, passed_on(end_of_life.comfort, _PAGE), "end-of-life/comfort"),
        Act("eol.tray", OrderStepEntry, passed_on(end_of_life.tray_ready, _PAGE), "end-of-life/tray"),
        Act("eol.perform", PerformEntry, passed_on(end_of_life.perform, _PAGE), "end-of-life/perform"),
        Act("eol.stop", StopEntry, passed_on(end_of_life.stop, _PAGE), "end-of-life/stop"),
        Act("eol.check", CheckEntry, passed_on(end_of_life.check_death, _PAGE), "end-of-life/check"),
        Act("eol.confirm", ConfirmEntry, passed_on(death.confirm_death, _PAGE), "end-of-life/confirm"),
        Act("eol.aftercare", AftercareEntry, passed_on(end_of_life.aftercare, _PAGE), "end-of-life/aftercare"),
        Act("eol.finish", FinishEntry, passed_on(end_of_life.finish, _PAGE), "end-of-life/finish"),
    )
}
