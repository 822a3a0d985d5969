"""Connections to a PostgreSQL database."""

import math
import time
from typing import Any

from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError

from holdfast.kernel.errors import OperatorError, WorldError
from holdfast.kernel.limits import DATABASE_BUSY_S, DATABASE_SILENT_S, READ_CONNECTIONS_MAX

SCHEMES = ("postgresql", "postgres")
_DRIVER = "postgresql+psycopg"
_VERSION_MIN = 14
_WRITER_LOCK = 0x486F6C6466617374  # "Holdfast"
"""Held by the one transaction that writes. Released by the server after its commit can be seen, never before; and by
a writer that dies. A lock of our own and not of a table: neither a backup nor the vacuum ever waits for it."""


_READS = "-c default_transaction_read_only=on"
_USED = "holdfast used"
_ASKED_AFTER_S = 0.1
"""A connection that rested for longer is asked whether the server is still there. No server restarts faster, so after
a restart nobody meets a dead one."""


def engines(address: str) -> tuple[Engine, Engine, Engine]:
    """One that writes, one that reads, one that reads what was committed at one moment.

    Raises ``OperatorError`` for an address that is none.
    """
    url = _url(address)
    # A writer must see what was committed while it waited for the lock: each statement looks anew.
    writer = _engine(url, connections=1, isolation_level="READ COMMITTED")
    # One statement is consistent by itself, and without a transaction it is one trip to the server.
    reader = _engine(url, _READS, connections=READ_CONNECTIONS_MAX, isolation_level="AUTOCOMMIT")
    still = _engine(url, _READS, connections=1, isolation_level="REPEATABLE READ")

    @event.listens_for(writer, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER_LOCK})")

    @event.listens_for(writer, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        # A server may be told to answer before a commit is on disk. Ours never may.
        if connection.execute("SHOW synchronous_commit").fetchone()[0] == "off":
            connection.execute("SET synchronous_commit = on")
        connection.commit()

    return writer, reader, still


def check(connection: Connection) -> None:
    """Raises ``WorldError`` for a server that cannot keep what it acknowledges, or not every text."""
    for setting in ("fsync", "full_page_writes"):
        if _shown(connection, setting) != "on":
            raise WorldError(
                f"The database server runs with {setting}=off: it would lose what it acknowledged.",
                f"Set {setting} = on in postgresql.conf.",
            )
    if (encoding := _shown(connection, "server_encoding")) != "UTF8":
        raise WorldError(f"The database keeps text as {encoding}.", "Make one with createdb --encoding=UTF8.")
    if int(_shown(connection, "server_version_num")) < _VERSION_MIN * 10_000:
        raise WorldError(f"The database server is older than PostgreSQL {_VERSION_MIN}.", "Use a newer one.")


def let_think(connection: Connection) -> None:
    """Let this transaction be silent for long: its program is checking a whole record."""
    connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")


def without_password(address: str) -> str:
    """The address as it may be shown and logged."""
    return _url(address).set(drivername=SCHEMES[0]).render_as_string(hide_password=True)


def _shown(connection: Connection, setting: str) -> str:
    return str(connection.exec_driver_sql(f"SHOW {setting}").scalar_one())


def _url(address: str) -> URL:
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        url = None
    if url is None or url.drivername not in SCHEMES or not url.database:
        # The address itself is not repeated: there may be a password in it.
        raise OperatorError("This is no address of a PostgreSQL database.", "Write postgresql://USER@HOST/DATABASE.")
    return url.set(drivername=_DRIVER)


def _engine(url: URL, own: str = "", *, connections: int, isolation_level: str) -> Engine:
    # A writer whose machine lost its power must not hold the lock until somebody comes.
    settings = f"-c lock_timeout={DATABASE_BUSY_S:.0f}s -c idle_in_transaction_session_timeout={DATABASE_SILENT_S}s"
    told = url.query.get("options", "")
    try:
        engine = create_engine(
            url,
            poolclass=QueuePool,
            pool_size=connections,
            max_overflow=0,
            execution_options={"isolation_level": isolation_level},
            connect_args={
                # What the address says comes last, and so holds.
                "options": " ".join([settings, own, told if isinstance(told, str) else told[-1]]).strip(),
                "connect_timeout": round(DATABASE_BUSY_S),
                "tcp_user_timeout": DATABASE_SILENT_S * 1_000,
                "application_name": "holdfast",
            },
        )
    except ModuleNotFoundError as error:
        raise WorldError(
            "The driver for PostgreSQL is not installed.", "Install Holdfast with it: pip install 'holdfast[postgres]'."
        ) from error

    @event.listens_for(engine, "checkin")
    def _used(_connection: Any, record: Any) -> None:
        record.info[_USED] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _taken(connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get(_USED, math.inf) < _ASKED_AFTER_S:
            return
        try:
            engine.dialect.do_ping(connection)
        except Exception as error:
            raise DisconnectionError from error  # The pool makes a new one.

    return engine
