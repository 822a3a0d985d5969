"""What the database says, in words for the person who has to act on it."""

from sqlalchemy.exc import DBAPIError, SQLAlchemyError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from holdfast.kernel.errors import HoldfastError, IntegrityError, WorldError
from holdfast.storage.fault_codes import Fault, fault_of

_RESTORE = (
    "Stop Holdfast, copy the data directory as it is to a safe place, and restore the last backup; "
    "the copy may still be salvaged."
)

_WORLD = {
    Fault.FULL: ("The disk is full", "Free some space; nothing that was acknowledged is lost."),
    Fault.DISK: ("The disk did not do what it was asked", "Check the disk and the system log."),
    Fault.BUSY: (
        "Another program has kept the database locked",
        "Close other programs that use this record, then try again.",
    ),
    Fault.LOCKED: ("The database is locked", "Try again."),
    Fault.READ_ONLY: (
        "The database may not be written",
        "A file: give the user that runs Holdfast write access to the data directory and the files in it. "
        "A server: name the primary, not a standby.",
    ),
    Fault.FILE_OWNER: ("The database may not be opened", "Check who owns the files of the data directory."),
    Fault.NO_FILE: (
        "The database file cannot be opened",
        "Check that the data directory exists and that the user that runs Holdfast may read and write in it.",
    ),
    Fault.MEMORY: ("The machine ran out of memory", "Close other programs, then try again."),
    Fault.NO_SERVER: (
        "The database server does not answer",
        "Start it, or check its address; nothing that was acknowledged is lost. Holdfast connects again by itself.",
    ),
    Fault.CROWDED: ("The database server takes no more connections", "Raise max_connections, or close others."),
    Fault.SIGN_IN: (
        "The database server does not let Holdfast in",
        "Check user and password (PGPASSFILE keeps the password out of the address) and the server's pg_hba.conf.",
    ),
    Fault.NO_DATABASE: ("There is no such database on the server", "Make it: createdb --encoding=UTF8 NAME."),
    Fault.RIGHTS: (
        "The database user may not do this",
        "Make that user the owner of the database: ALTER DATABASE name OWNER TO holdfast.",
    ),
}
_DAMAGED = {
    Fault.DAMAGED: "The database file is damaged and part of it cannot be read",
    Fault.NO_RECORD: "The file is not a Holdfast database, or its beginning is damaged",
}


def is_refusal(error: BaseException) -> bool:
    """True when only the statement was refused (a constraint, a value that does not fit): the transaction lives on."""
    if isinstance(error, DBAPIError):
        return fault_of(error) in (Fault.CONSTRAINT, Fault.VALUE)
    if isinstance(error, StatementError):  # A value the driver could not even be given.
        return True
    return not isinstance(error, SQLAlchemyError | OSError | MemoryError)


def in_words(error: Exception, doing: str) -> HoldfastError:
    """The error to raise instead; ``doing`` names what was being done (``writing the record``)."""
    if isinstance(error, HoldfastError):
        return error
    if isinstance(error, PoolTimeoutError):
        return WorldError(f"The database is too busy for {doing}.", "Try again in a moment.")
    fault = fault_of(error)
    if fault in _WORLD:
        problem, remedy = _WORLD[fault]
        return WorldError(f"{problem}, while {doing}.", remedy)
    if fault in _DAMAGED:
        return IntegrityError(f"{_DAMAGED[fault]} (while {doing}).", _RESTORE)
    cause = getattr(error, "orig", None) or error
    if fault is Fault.CONSTRAINT:
        return IntegrityError(f"The database refused a row while {doing}: {cause}.", "Nothing of it was written.")
    if isinstance(error, OSError):
        return WorldError(f"{error.strerror or error}, while {doing}.", "Check the data directory and the disk.")
    return IntegrityError(
        f"Something unexpected came up while {doing}: {type(cause).__name__}: {cause}.",
        "Run `holdfast verify`; if it finds nothing, please report this sentence.",
    )
