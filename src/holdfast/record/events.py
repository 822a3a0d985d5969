"""Event types: what happened, in the past tense, frozen for ever.

Each type has a ``kind`` (tag) that ends in its version. A type that must change gets a new
version beside the old one; old bytes are read by an upcaster, never rewritten. Times: when it
happened is ``at_us`` inside the event; when it was recorded is on the envelope.

Streams: one per case (``case/<case_id>``) and one for the clinic (``clinic``: beds, device bindings, accounts);
pictures arrive on a third (``imaging``), what other programs read is on a fourth (``exchange``), and each working dog
has its own (``service/<service_id>``). Events of one subject are in a module of its name: ``alarm_events``,
``cpr_events``, ``imaging_events``, ``film_events``, ``custody_events``, ``evidence_events``, ``end_of_life_events``,
``treatment_events``, ``exam_events``, ``consult_events``, ``home_events``, ``surgery_events``, ``call_events``,
``service_events``, ``inquiry_events``, ``hook_events``, ``exchange_events``.
"""

from enum import StrEnum
from typing import Any

import msgspec

from holdfast.kernel import typed
from holdfast.kernel.errors import IntegrityError
from holdfast.record.event_base import CaseEvent as CaseEvent
from holdfast.record.event_base import ClinicEvent as ClinicEvent
from holdfast.record.monitor import Origin
from holdfast.record.subjects import ANY_SUBJECT_CASE_EVENT, ANY_SUBJECT_CLINIC_EVENT


class Presence(StrEnum):
    """Whether a finding was looked for and seen. Not recorded is not absent."""

    PRESENT = "present"
    ABSENT = "absent"


class Stage(StrEnum):
    """When in the work-up a finding became known."""

    PRESENTING = "presenting"
    WORKUP = "workup"


class Strength(StrEnum):
    """How hard a touch was."""

    LIGHT = "light"
    MODERATE = "moderate"
    FIRM = "firm"


class TouchResponse(StrEnum):
    """What the animal did when touched."""

    NONE = "none"
    LOOKS = "looks"
    FLINCHES = "flinches"
    VOCALISES = "vocalises"
    BITES = "bites"


class Decision(StrEnum):
    """What a person chose on the second look."""

    PROCEED = "proceed"
    HOLD = "hold"
    CALL_COLLEAGUE = "call_colleague"


class PatientAdmitted(CaseEvent, frozen=True, kw_only=True, tag="patient_admitted.1"):
    """A case began. ``training`` cases take simulated data and are marked everywhere."""

    name: str
    species: str
    breed: str
    sex: str
    """female, female_neutered, male, male_neutered or unknown."""
    weight_kg: float | None
    age_months: int | None
    microchip: str
    owner: str
    handler: str
    working_dog: bool
    complaint: str
    training: bool


class PatientCorrected(CaseEvent, frozen=True, kw_only=True, tag="patient_corrected.1"):
    """Identity or signalment was corrected; the earlier entry stays readable."""

    field: str
    value: str
    reason: str


class WeightMeasured(CaseEvent, frozen=True, kw_only=True, tag="weight_measured.1"):
    """The animal was weighed."""

    weight_kg: float


class BedAssigned(CaseEvent, frozen=True, kw_only=True, tag="bed_assigned.1"):
    """From now on what the devices of this bed send belongs to this case. Empty: no bed."""

    bed: str


class CaseClosed(CaseEvent, frozen=True, kw_only=True, tag="case_closed.1"):
    """The case ended: home, transferred, died ..."""

    outcome: str


class FindingRecorded(CaseEvent, frozen=True, kw_only=True, tag="finding_recorded.1"):
    """Something seen, heard, felt or measured; ``key`` is of the knowledge's vocabulary, or free text."""

    finding_id: str
    key: str
    presence: Presence
    stage: Stage
    value: float | None = None
    unit: str = ""
    region: str = ""
    note: str = ""


class FindingRetracted(CaseEvent, frozen=True, kw_only=True, tag="finding_retracted.1"):
    """A finding was taken back; both entries stay readable."""

    finding_id: str
    reason: str


class TouchRecorded(CaseEvent, frozen=True, kw_only=True, tag="touch_recorded.1"):
    """One press on the body chart and what the animal did."""

    touch_id: str
    side: str
    """left, right or midline."""
    region: str
    """A region id of the body chart."""
    strength: Strength
    response: TouchResponse
    note: str = ""


class TreatmentGiven(CaseEvent, frozen=True, kw_only=True, tag="treatment_given.1"):
    """What was given, in the words of the one who gave it; Holdfast suggests no dose here."""

    treatment_id: str
    category: str
    """oxygen, fluid, analgesic, sedative, vasopressor, antibiotic, antidote, transfusion, other."""
    what: str
    amount: str = ""
    note: str = ""


class WorkingDiagnosisSet(CaseEvent, frozen=True, kw_only=True, tag="working_diagnosis_set.1"):
    """What the team is acting on."""

    disease: str
    """Key of a disease or descriptive state; empty when it is free text only."""
    text: str
    supported_by: tuple[str, ...] = ()
    """Finding keys that the person says support it."""


class TestOrdered(CaseEvent, frozen=True, kw_only=True, tag="test_ordered.1"):
    """A test was asked for."""

    __test__ = False
    test: str
    note: str = ""


class NoteWritten(CaseEvent, frozen=True, kw_only=True, tag="note_written.1"):
    """A person's own words."""

    text: str


class MonitorBlockStored(CaseEvent, frozen=True, kw_only=True, tag="monitor_block_stored.1"):
    """Some seconds of everything the monitor said, kept outside the chain and bound to it by hash."""

    block_id: str
    bed: str
    device: str
    origin: Origin
    start_us: int
    end_us: int
    sha256: str
    numerics: int
    waves: tuple[str, ...]
    refused: int


class MonitorConditionBegan(CaseEvent, frozen=True, kw_only=True, tag="monitor_condition_began.1"):
    """The live analysis saw a state begin (asystole, lead_off, no_data, ...)."""

    condition: str
    text: str
    signal: str = ""
    origin: Origin = Origin.LIVE


class MonitorConditionEnded(CaseEvent, frozen=True, kw_only=True, tag="monitor_condition_ended.1"):
    """A state that the live analysis had seen is over."""

    condition: str
    signal: str = ""


class EndOfLifeOrdered(CaseEvent, frozen=True, kw_only=True, tag="end_of_life_ordered.1"):
    """Somebody ordered euthanasia; what follows is the second look."""

    order_id: str
    indication: str
    consent_by: str
    consent_how: str
    """in_person, telephone, email, none."""
    witness: str


class ComfortAnswered(CaseEvent, frozen=True, kw_only=True, tag="comfort_answered.1"):
    """Analgesia and sedation were offered before anything else."""

    order_id: str
    analgesia: str
    """given, being_given, not_needed or declined."""
    sedation: str
    note: str = ""


class SecondLookShown(CaseEvent, frozen=True, kw_only=True, tag="second_look_shown.1"):
    """What the page said at that moment, whole."""

    order_id: str
    """Empty when the look was asked for without an order."""
    look_id: str
    knowledge_release: str
    page: dict[str, Any]
    """The content as shown (see ``usecases.second_look``); canonical JSON types only."""


class EndOfLifeDecided(CaseEvent, frozen=True, kw_only=True, tag="end_of_life_decided.1"):
    """A person chose to proceed, to hold, or to call a colleague."""

    order_id: str
    look_id: str
    decision: Decision
    reason: str
    """Code from the short list of reasons; empty for hold."""
    words: str


ANY_CASE_EVENT = (
    PatientAdmitted
    | PatientCorrected
    | WeightMeasured
    | BedAssigned
    | CaseClosed
    | FindingRecorded
    | FindingRetracted
    | TouchRecorded
    | TreatmentGiven
    | WorkingDiagnosisSet
    | TestOrdered
    | NoteWritten
    | MonitorBlockStored
    | MonitorConditionBegan
    | MonitorConditionEnded
    | EndOfLifeOrdered
    | ComfortAnswered
    | SecondLookShown
    | EndOfLifeDecided
    | ANY_SUBJECT_CASE_EVENT
)


class BedAdded(ClinicEvent, frozen=True, kw_only=True, tag="bed_added.1"):
    """The clinic has one more bed."""

    bed: str


class DeviceBound(ClinicEvent, frozen=True, kw_only=True, tag="device_bound.1"):
    """A person said: what this device sends belongs to this bed."""

    device: str
    bed: str


class DeviceUnbound(ClinicEvent, frozen=True, kw_only=True, tag="device_unbound.1"):
    """From now on what this device sends goes to the quarantine."""

    device: str


class AccountCreated(ClinicEvent, frozen=True, kw_only=True, tag="account_created.1"):
    """No secret ever enters the record: the password hash lives in its own table."""

    account: str
    name: str
    role: str


class AccountRoleChanged(ClinicEvent, frozen=True, kw_only=True, tag="account_role_changed.1"):
    """A person reaches other things from now on."""

    account: str
    role: str


class AccountClosed(ClinicEvent, frozen=True, kw_only=True, tag="account_closed.1"):
    """A person can no longer sign in."""

    account: str


ANY_CLINIC_EVENT = (
    BedAdded
    | DeviceBound
    | DeviceUnbound
    | AccountCreated
    | AccountRoleChanged
    | AccountClosed
    | ANY_SUBJECT_CLINIC_EVENT
)

AnyEvent = ANY_CASE_EVENT | ANY_CLINIC_EVENT

CLINIC_STREAM = "clinic"


def case_stream(case_id: str) -> str:
    """Name of a case's stream."""
    return f"case/{case_id}"


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """An event as it stands in the log."""

    seq: int
    """Position in the whole log, from 1, without gaps."""
    stream: str
    version: int
    """Position in its stream, from 1, without gaps."""
    recorded_us: int
    actor: str
    """Account id, ``device:<key>`` or ``holdfast`` (its own analysis)."""
    command_id: str
    """Idempotency key of the command that made it."""
    body: bytes
    """Canonical bytes of the event; the hash is over these."""
    prev: bytes
    hash: bytes

    @property
    def event(self) -> AnyEvent:
        """The decoded event; raises ``IntegrityError`` naming it when its bytes cannot be read."""
        try:
            return decode_event(self.body)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise IntegrityError(
                f"{self.stream} event {self.version} (number {self.seq} of the record) cannot be read: {error}.",
                "Run 'holdfast verify' on this record, and restore it from a copy.",
            ) from error


_decoder: msgspec.json.Decoder[AnyEvent] = typed.json_decoder(AnyEvent)


def decode_event(body: bytes) -> AnyEvent:
    """Read canonical bytes; raises ``msgspec.ValidationError`` for an unknown kind or field."""
    return _decoder.decode(body)


def kind_of(event: AnyEvent) -> str:
    """The tag that names type and version, e.g. ``touch_recorded.1``."""
    return str(event.__struct_config__.tag)
