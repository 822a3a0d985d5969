"""What every event has: when it happened. Its kind and version are the tag of its type."""

import msgspec


class CaseEvent(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind"):
    """Base of everything on a case's stream."""

    at_us: int


class ClinicEvent(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind"):
    """Base of everything on the clinic's stream."""

    at_us: int
