"""What went wrong, told from the codes of the two databases."""

import sqlite3
from enum import Enum, auto

from sqlalchemy.exc import DBAPIError, InternalError, OperationalError


class Fault(Enum):
    """A family of failures that a person has one answer to."""

    FULL = auto()
    DISK = auto()
    BUSY = auto()
    LOCKED = auto()
    READ_ONLY = auto()
    FILE_OWNER = auto()
    NO_FILE = auto()
    MEMORY = auto()
    NO_SERVER = auto()
    CROWDED = auto()
    SIGN_IN = auto()
    NO_DATABASE = auto()
    RIGHTS = auto()
    DAMAGED = auto()
    NO_RECORD = auto()
    CONSTRAINT = auto()
    VALUE = auto()


# The low byte of an SQLite result code is its family (https://sqlite.org/rescode.html).
_SQLITE = {
    sqlite3.SQLITE_FULL: Fault.FULL,
    sqlite3.SQLITE_IOERR: Fault.DISK,
    sqlite3.SQLITE_BUSY: Fault.BUSY,
    sqlite3.SQLITE_LOCKED: Fault.LOCKED,
    sqlite3.SQLITE_READONLY: Fault.READ_ONLY,
    sqlite3.SQLITE_PERM: Fault.FILE_OWNER,
    sqlite3.SQLITE_CANTOPEN: Fault.NO_FILE,
    sqlite3.SQLITE_NOMEM: Fault.MEMORY,
    sqlite3.SQLITE_CORRUPT: Fault.DAMAGED,
    sqlite3.SQLITE_NOTADB: Fault.NO_RECORD,
    sqlite3.SQLITE_CONSTRAINT: Fault.CONSTRAINT,
    sqlite3.SQLITE_TOOBIG: Fault.VALUE,
    sqlite3.SQLITE_MISMATCH: Fault.VALUE,
}

# The longest beginning that fits counts (PostgreSQL manual, appendix A: error codes).
_POSTGRESQL = {
    "08": Fault.NO_SERVER,
    "22": Fault.VALUE,
    "23": Fault.CONSTRAINT,
    "25006": Fault.READ_ONLY,
    "25P03": Fault.NO_SERVER,  # It ended our session because we were silent for too long.
    "28": Fault.SIGN_IN,
    "3D000": Fault.NO_DATABASE,
    "42501": Fault.RIGHTS,
    "53100": Fault.FULL,
    "53200": Fault.MEMORY,
    "53300": Fault.CROWDED,
    "54": Fault.VALUE,
    "55P03": Fault.BUSY,
    "57P": Fault.NO_SERVER,
    "58": Fault.DISK,
    "P0001": Fault.CONSTRAINT,  # Raised by our own triggers.
    "XX001": Fault.DAMAGED,
    "XX002": Fault.DAMAGED,
}


def fault_of(error: BaseException) -> Fault | None:
    """The family of a driver's error; ``None`` when it is no driver's error or one that nobody foresaw."""
    if not isinstance(error, DBAPIError):
        return None
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", None)
        if code is not None:
            return _SQLITE.get(code & 0xFF)
        # The driver gives no code for some refusals of its own (a value it cannot bind).
        return Fault.VALUE if isinstance(cause, sqlite3.InterfaceError | sqlite3.ProgrammingError) else None
    state = getattr(cause, "sqlstate", None)
    if error.connection_invalidated or (state is None and isinstance(error, OperationalError)):
        return _unreached(str(cause))
    if state is None:  # The driver itself refused, before anything went to the server.
        return None if isinstance(error, InternalError) else Fault.VALUE
    fits = [one for one in _POSTGRESQL if state.startswith(one)]
    return _POSTGRESQL[max(fits, key=len)] if fits else None


def _unreached(said: str) -> Fault:
    """While a connection is made the driver passes on no code, only what the server said, in the server's language."""
    if "password" in said or "pg_hba.conf" in said or 'role "' in said:
        return Fault.SIGN_IN
    if 'database "' in said:
        return Fault.NO_DATABASE
    return Fault.CROWDED if "too many" in said or "remaining connection slots" in said else Fault.NO_SERVER
