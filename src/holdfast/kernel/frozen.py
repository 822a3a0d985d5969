"""A changed copy of a frozen dataclass, for folding: a start folds every event of the record, one copy for each.

``dataclasses.replace`` runs the constructor over every field; a case has some thirty, of which an event changes two. On
a year of one clinic that was two thirds of a start (``benchmarks/year_restart.py``).
"""

from typing import Any, TypeVar

T = TypeVar("T")


def replace(value: T, **changes: Any) -> T:
    """As ``dataclasses.replace``, for dataclasses without ``__post_init__``, slots and cached properties.

    Raises ``TypeError`` for a name that is no field.
    """
    fields = vars(value)
    if not changes.keys() <= fields.keys():
        raise TypeError(f"{type(value).__name__} has no {', '.join(sorted(changes.keys() - fields.keys()))}.")
    made = object.__new__(type(value))
    vars(made).update(fields, **changes)
    return made
