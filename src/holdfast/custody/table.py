"""What a step makes of an item, as two tables: how it is wrapped, and where it is.

Both are total: a step that should not have been possible still happened, so it is on record and says what is broken.
Nothing is refused here, and nothing is lost.
"""

from enum import StrEnum


class Wrap(StrEnum):
    LOOSE = "loose"
    """In no sealed bag."""
    SEALED = "sealed"


class Where(StrEnum):
    HAND = "in hand"
    """A named person has it."""
    STORE = "in store"
    OFFERED = "offered"
    """Given, and not yet confirmed by the receiver."""
    GONE = "disposed of"


class Act(StrEnum):
    SEAL = "seal"
    OPEN = "open"
    STORE = "store"
    TAKE = "take"
    OFFER = "offer"
    ACCEPT = "accept"
    REFUSE = "refuse"
    DISPOSE = "dispose"


WRAPPING: dict[tuple[Wrap, Act], tuple[Wrap, str]] = {
    (Wrap.LOOSE, Act.SEAL): (Wrap.SEALED, ""),
    (Wrap.LOOSE, Act.OPEN): (Wrap.LOOSE, "A seal was opened, but none is on record."),
    (Wrap.LOOSE, Act.STORE): (Wrap.LOOSE, "It was stored without a seal."),
    (Wrap.LOOSE, Act.TAKE): (Wrap.LOOSE, ""),
    (Wrap.LOOSE, Act.OFFER): (Wrap.LOOSE, "It was handed over without a seal."),
    (Wrap.LOOSE, Act.ACCEPT): (Wrap.LOOSE, ""),
    (Wrap.LOOSE, Act.REFUSE): (Wrap.LOOSE, ""),
    (Wrap.LOOSE, Act.DISPOSE): (Wrap.LOOSE, ""),
    (Wrap.SEALED, Act.SEAL): (Wrap.SEALED, "It was sealed anew, but no opening of the seal before is on record."),
    (Wrap.SEALED, Act.OPEN): (Wrap.LOOSE, ""),
    (Wrap.SEALED, Act.STORE): (Wrap.SEALED, ""),
    (Wrap.SEALED, Act.TAKE): (Wrap.SEALED, ""),
    (Wrap.SEALED, Act.OFFER): (Wrap.SEALED, ""),
    (Wrap.SEALED, Act.ACCEPT): (Wrap.SEALED, ""),
    (Wrap.SEALED, Act.REFUSE): (Wrap.SEALED, ""),
    (Wrap.SEALED, Act.DISPOSE): (Wrap.SEALED, ""),
}
"""The wrapping after a step, and what is broken by it (empty: nothing)."""

_IN_STORE = "It was in store, and nobody is on record as having taken it out."
_OPEN_OFFER = "A hand-over was still open."
_NO_OFFER = "No hand-over was open."
_GONE = "It had been disposed of before."

WHEREABOUTS: dict[tuple[Where, Act], tuple[Where, str]] = {
    (Where.HAND, Act.SEAL): (Where.HAND, ""),
    (Where.HAND, Act.OPEN): (Where.HAND, ""),
    (Where.HAND, Act.STORE): (Where.STORE, ""),
    (Where.HAND, Act.TAKE): (Where.HAND, "It was taken out of a store, but no storing is on record."),
    (Where.HAND, Act.OFFER): (Where.OFFERED, ""),
    (Where.HAND, Act.ACCEPT): (Where.HAND, _NO_OFFER),
    (Where.HAND, Act.REFUSE): (Where.HAND, _NO_OFFER),
    (Where.HAND, Act.DISPOSE): (Where.GONE, ""),
    (Where.STORE, Act.SEAL): (Where.STORE, _IN_STORE),
    (Where.STORE, Act.OPEN): (Where.STORE, _IN_STORE),
    (Where.STORE, Act.STORE): (Where.STORE, _IN_STORE),
    (Where.STORE, Act.TAKE): (Where.HAND, ""),
    (Where.STORE, Act.OFFER): (Where.OFFERED, _IN_STORE),
    (Where.STORE, Act.ACCEPT): (Where.HAND, _NO_OFFER),
    (Where.STORE, Act.REFUSE): (Where.STORE, _NO_OFFER),
    (Where.STORE, Act.DISPOSE): (Where.GONE, _IN_STORE),
    (Where.OFFERED, Act.SEAL): (Where.OFFERED, _OPEN_OFFER),
    (Where.OFFERED, Act.OPEN): (Where.OFFERED, _OPEN_OFFER),
    (Where.OFFERED, Act.STORE): (Where.STORE, _OPEN_OFFER),
    (Where.OFFERED, Act.TAKE): (Where.HAND, _OPEN_OFFER),
    (Where.OFFERED, Act.OFFER): (Where.OFFERED, _OPEN_OFFER),
    (Where.OFFERED, Act.ACCEPT): (Where.HAND, ""),
    (Where.OFFERED, Act.REFUSE): (Where.HAND, ""),
    (Where.OFFERED, Act.DISPOSE): (Where.GONE, _OPEN_OFFER),
    **{(Where.GONE, act): (Where.GONE, _GONE) for act in Act},
}
"""Where the item is after a step, and what is broken by it."""
