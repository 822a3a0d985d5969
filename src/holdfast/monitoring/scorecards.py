"""The scorecard of each rule: what it says, on what it rests, what was measured of it. The data are scorecards.yaml."""

from typing import Literal

import msgspec

from holdfast.kernel import typed
from holdfast.kernel.errors import HoldfastError

Grade = Literal["published", "secondary", "estimate"]


class Figure(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One thing that was measured, and how to measure it again."""

    metric: str
    value: str
    data: str
    command: str
    """Empty: counted once while the threshold was chosen."""
    date: str
    """ISO 8601 day."""


class Scorecard(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One rule."""

    key: str
    name: str
    says: str
    source: str
    """Where the threshold that decides comes from; empty: our judgement alone."""
    grade: Grade
    doubt: str
    """What speaks against trusting it; empty: nothing beyond its grade."""
    figures: tuple[Figure, ...]


def scorecards(entries: object) -> dict[str, Scorecard]:
    """The entries of the data file by key, in its order. Raises ``HoldfastError`` naming what does not fit."""
    try:
        cards = typed.convert(entries, tuple[Scorecard, ...])
    except msgspec.ValidationError as error:
        raise HoldfastError(f"The scorecards cannot be read: {error}.", "Correct scorecards.yaml.") from None
    by_key = {card.key: card for card in cards}
    if len(by_key) < len(cards):
        raise HoldfastError("Two scorecards have one key.", "Correct scorecards.yaml.")
    return by_key
