"""What monitors measure, as codes: our key as LOINC and as ISO/IEEE 11073, and back."""

from functools import cache

from holdfast.gateways.fhir.basics import LOINC, MDC, Resource, coding, concept, ours
from holdfast.gateways.hl7.codes import codes

MDC_OID = "urn:oid:2.16.840.1.113883.6.24"
"""The other spelling of the same code system."""


def loinc_of(key: str) -> str:
    """The LOINC code of a measure; empty where the table knows none."""
    term = codes().measures.by_key.get(key)
    return term.loinc[0] if term and term.loinc else ""


@cache
def code_of(key: str, wave: bool = False) -> Resource:
    """A numeric or a wave of a monitor as a CodeableConcept."""
    table = codes().waves if wave else codes().measures
    term = table.by_key.get(key)
    own = coding(ours("wave" if wave else "measure"), key)
    if term is None:
        number = key.removeprefix("mdc:")
        return concept(*([coding(MDC, number)] if number.isdecimal() else []), own, text=key)
    name = term.main_name
    number = term.code(name)
    codings = [coding(LOINC, term.loinc[0])] if term.loinc else []
    if number != "0":
        codings.append(coding(MDC, number, name))
    return concept(*codings, own, text=name)


def key_of(system: str, code: str) -> str:
    """Our key for a coded measure; empty when we know none."""
    table = codes().measures
    if system == LOINC:
        found = table.by_loinc.get(code)
        return found.key if found else ""
    if system in (MDC, MDC_OID) and code.isdecimal():
        known = table.by_number.get(int(code))
        return known[0].key if known else ""
    if system == ours("measure"):
        return code if code in table.by_key else ""
    return ""
