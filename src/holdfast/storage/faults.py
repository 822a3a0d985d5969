"""What the database says, in words for the person who has to act on it."""

import sqlite3

from sqlalchemy.exc import DBAPIError, SQLAlchemyError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from holdfast.kernel.errors import HoldfastError, IntegrityError, WorldError

_RESTORE = (
    "Stop Holdfast, copy the data directory as it is to a safe place, and restore the last backup; "
    "the copy may still be salvaged."
)

# The low byte of an SQLite result code is its family (https://sqlite.org/rescode.html).
_WORLD = {
    sqlite3.SQLITE_FULL: ("The disk is full", "Free some space; nothing that was acknowledged is lost."),
    sqlite3.SQLITE_IOERR: ("The disk did not do what it was asked", "Check the disk and the system log."),
    sqlite3.SQLITE_BUSY: (
        "Another program has kept the database locked",
        "Close other programs that use this data directory, then try again.",
    ),
    sqlite3.SQLITE_LOCKED: ("The database is locked", "Try again."),
    sqlite3.SQLITE_READONLY: (
        "The database may not be written",
        "Give the user that runs Holdfast write access to the data directory and the files in it.",
    ),
    sqlite3.SQLITE_PERM: ("The database may not be opened", "Check who owns the files of the data directory."),
    sqlite3.SQLITE_CANTOPEN: (
        "The database file cannot be opened",
        "Check that the data directory exists and that the user that runs Holdfast may read and write in it.",
    ),
    sqlite3.SQLITE_NOMEM: ("The machine ran out of memory", "Close other programs, then try again."),
}
_DAMAGED = {
    sqlite3.SQLITE_CORRUPT: "The database file is damaged and part of it cannot be read",
    sqlite3.SQLITE_NOTADB: "The file is not a Holdfast database, or its beginning is damaged",
}


def is_refusal(error: BaseException) -> bool:
    """True when only the statement was refused (a constraint, a value that does not fit): the transaction lives on."""
    if isinstance(error, DBAPIError):
        return _family(error) in (sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_MISMATCH)
    if isinstance(error, StatementError):  # A value the driver could not even be given.
        return True
    return not isinstance(error, SQLAlchemyError | OSError | MemoryError)


def in_words(error: Exception, doing: str) -> HoldfastError:
    """The error to raise instead; ``doing`` names what was being done (``writing the record``)."""
    if isinstance(error, HoldfastError):
        return error
    if isinstance(error, PoolTimeoutError):
        return WorldError(f"The database is too busy for {doing}.", "Try again in a moment.")
    family = _family(error)
    if family in _WORLD:
        problem, remedy = _WORLD[family]
        return WorldError(f"{problem}, while {doing}.", remedy)
    if family in _DAMAGED:
        return IntegrityError(f"{_DAMAGED[family]} (while {doing}).", _RESTORE)
    cause = getattr(error, "orig", None) or error
    if family == sqlite3.SQLITE_CONSTRAINT:
        return IntegrityError(f"The database refused a row while {doing}: {cause}.", "Nothing of it was written.")
    if isinstance(error, OSError):
        return WorldError(f"{error.strerror or error}, while {doing}.", "Check the data directory and the disk.")
    return IntegrityError(
        f"Something unexpected came up while {doing}: {type(cause).__name__}: {cause}.",
        "Run `holdfast verify`; if it finds nothing, please report this sentence.",
    )


def _family(error: BaseException) -> int:
    code = getattr(getattr(error, "orig", None), "sqlite_errorcode", None)
    if code is None and isinstance(error, DBAPIError):
        # The driver gives no code for some refusals of its own (a value it cannot bind).
        return (
            sqlite3.SQLITE_MISMATCH if isinstance(error.orig, sqlite3.InterfaceError | sqlite3.ProgrammingError) else -1
        )
    return (code & 0xFF) if isinstance(code, int) else -1
