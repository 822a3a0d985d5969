"""What is held and what was removed of a case, folded from its events."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from holdfast.kernel.frozen import replace
from holdfast.record.retention_events import ANY_RETENTION_EVENT, LegalHoldLifted, LegalHoldSet


@dataclass(frozen=True)
class Retention:
    """Of one case."""

    holds: Mapping[str, LegalHoldSet] = field(default_factory=dict)
    """Those that stand, by id."""
    removed: frozenset[str] = frozenset()
    """Hashes of pictures whose bytes are removed."""


def apply(state: Retention, event: ANY_RETENTION_EVENT) -> Retention:
    """The state after one more event."""
    if isinstance(event, LegalHoldSet):
        return replace(state, holds={**state.holds, event.hold_id: event})
    if isinstance(event, LegalHoldLifted):
        return replace(state, holds={key: hold for key, hold in state.holds.items() if key != event.hold_id})
    return replace(state, removed=state.removed | set(event.image_ids))
