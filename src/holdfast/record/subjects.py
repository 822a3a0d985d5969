"""Events of the subjects that have a module of their own, put together."""

from holdfast.record.alarm_events import ANY_ALARM_EVENT, EscalationSet
from holdfast.record.call_events import ANY_CALL_CLINIC_EVENT, ANY_CALL_EVENT
from holdfast.record.consult_events import ANY_CONSULT_EVENT
from holdfast.record.cpr_events import ANY_CPR_EVENT, CprWishRecorded
from holdfast.record.custody_events import ANY_CUSTODY_EVENT
from holdfast.record.end_of_life_events import ANY_END_OF_LIFE_EVENT
from holdfast.record.evidence_events import ANY_EVIDENCE_CASE_EVENT, ANY_EVIDENCE_CLINIC_EVENT
from holdfast.record.exam_events import ANY_EXAM_EVENT
from holdfast.record.exchange_events import ANY_EXCHANGE_EVENT
from holdfast.record.film_events import ANY_FILM_EVENT
from holdfast.record.home_events import ANY_HOME_EVENT
from holdfast.record.hook_events import ANY_HOOK_EVENT
from holdfast.record.imaging_events import ANY_IMAGING_CASE_EVENT, ImageReceived, MetalSearched
from holdfast.record.inquiry_events import ANY_INQUIRY_EVENT
from holdfast.record.retention_events import ANY_RETENTION_EVENT
from holdfast.record.score_events import ScoreItemAnswered
from holdfast.record.security_events import ANY_SECURITY_EVENT
from holdfast.record.service_events import ANY_SERVICE_EVENT
from holdfast.record.shadow_events import ANY_SHADOW_EVENT, RuleModeSet
from holdfast.record.surgery_events import ANY_SURGERY_EVENT
from holdfast.record.treatment_events import ANY_TREATMENT_EVENT
from holdfast.record.witness_events import ANY_WITNESS_EVENT

ANY_SUBJECT_CASE_EVENT = (
    ANY_ALARM_EVENT
    | ANY_IMAGING_CASE_EVENT
    | ANY_CPR_EVENT
    | CprWishRecorded
    | ScoreItemAnswered
    | ANY_CUSTODY_EVENT
    | ANY_CALL_EVENT
    | ANY_HOME_EVENT
    | ANY_SURGERY_EVENT
    | ANY_FILM_EVENT
    | ANY_INQUIRY_EVENT
    | ANY_EVIDENCE_CASE_EVENT
    | ANY_END_OF_LIFE_EVENT
    | ANY_TREATMENT_EVENT
    | ANY_EXAM_EVENT
    | ANY_CONSULT_EVENT
    | ANY_HOOK_EVENT
    | ANY_SHADOW_EVENT
    | ANY_RETENTION_EVENT
)
"""In the stream of a case."""

ANY_SUBJECT_CLINIC_EVENT = (
    EscalationSet
    | ANY_EVIDENCE_CLINIC_EVENT
    | ANY_WITNESS_EVENT
    | ImageReceived
    | ANY_CALL_CLINIC_EVENT
    | MetalSearched
    | ANY_SERVICE_EVENT
    | ANY_EXCHANGE_EVENT
    | ANY_SECURITY_EVENT
    | RuleModeSet
)
"""In the streams of the clinic, its pictures and its working dogs."""
