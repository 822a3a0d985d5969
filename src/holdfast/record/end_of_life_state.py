"""What happened with an end-of-life order after it was placed, folded from its events."""

from dataclasses import dataclass
from typing import TypeVar

from holdfast.kernel.frozen import replace
from holdfast.record.end_of_life_events import ANY_END_OF_LIFE_EVENT

T = TypeVar("T", bound=ANY_END_OF_LIFE_EVENT)


@dataclass(frozen=True)
class EndOfLifeLog:
    """Every step of one order, in the order of the record."""

    entries: tuple[tuple[ANY_END_OF_LIFE_EVENT, str], ...] = ()
    """Each with the account that made it."""

    def every(self, kind: type[T]) -> tuple[tuple[T, str], ...]:
        """All entries of one kind with who made them, oldest first."""
        return tuple((event, actor) for event, actor in self.entries if isinstance(event, kind))

    def last(self, kind: type[T]) -> T | None:
        """The newest entry of one kind."""
        found = self.every(kind)
        return found[-1][0] if found else None


def apply(log: EndOfLifeLog, event: ANY_END_OF_LIFE_EVENT, actor: str) -> EndOfLifeLog:
    """The log after one more event."""
    return replace(log, entries=(*log.entries, (event, actor)))
