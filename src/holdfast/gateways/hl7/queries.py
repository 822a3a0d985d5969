"""Monitors that ask who their patient is.

In Holdfast a person binds a device to a bed and a case; a monitor is never told who lies in the bed,
because the answer would come back as an identity somebody might trust.
"""

from dataclasses import dataclass

from holdfast.gateways.hl7.er7 import Er7Message, Segment

QUERIES = frozenset({"QRY^A19", "QRY^R02", "QRY^Q01", "QBP^Q22", "QBP^Q21", "QBP^Q23"})


@dataclass(frozen=True, slots=True)
class Query:
    """A patient query."""

    kind: str
    query_id: str
    """QRD-4 or QPD-2."""
    who: str
    """The patient id it asks for; empty when it asks for anybody."""
    definition: str
    """The QRD or QPD segment as it came: the answer repeats it."""


def read_query(message: Er7Message, kind: str) -> Query:
    """Read QRD (QRY) or QPD (QBP); absent segments give empty fields."""
    segment: Segment | None = message.first("QPD" if kind.startswith("QBP") else "QRD")
    if segment is None:
        return Query(kind, "", "", "")
    if segment.name == "QPD":
        return Query(kind, segment.text(2), segment.text(3), segment.raw)
    return Query(kind, segment.text(4), segment.text(8), segment.raw)
