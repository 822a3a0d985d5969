"""Errors that say whose fault it is, what is wrong and what to do.

Every refusal that can reach a person carries two sentences: ``problem`` (what is wrong, naming
the thing) and ``remedy`` (what to do about it). The edge that catches one prints both and never
a traceback.
"""


class HoldfastError(Exception):
    """Base of everything Holdfast raises on purpose."""

    def __init__(self, problem: str, remedy: str = "") -> None:
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{problem} {remedy}".strip())


class SenderError(HoldfastError):
    """A device, file or network peer sent something that cannot be used."""


class OperatorError(HoldfastError):
    """A person asked for something that cannot be done as asked."""


class NotAllowedError(OperatorError):
    """The person's role does not reach this act."""


class NotFoundError(OperatorError):
    """The thing that was named does not exist."""


class ConflictError(OperatorError):
    """Somebody else acted in between: what this entry was checked against is no longer so."""


class WorldError(HoldfastError):
    """The machine failed us: disk full, port taken, file unreadable."""


class IntegrityError(HoldfastError):
    """The record does not agree with itself."""
