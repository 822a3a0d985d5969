"""The tables, and the triggers that keep the record append-only."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Connection,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    insert,
    inspect,
    literal_column,
    select,
    text,
)

from holdfast.kernel.errors import WorldError
from holdfast.storage.columns import PlaceOfBlockMark, Words

SCHEMA_VERSION = 1

metadata = MetaData()

# SQLite only numbers rows by itself in a column that is exactly INTEGER.
_row_id = BigInteger().with_variant(Integer(), "sqlite")

schema_version = Table("schema_version", metadata, Column("version", Integer, primary_key=True, autoincrement=False))

event = Table(
    "event",
    metadata,
    # Given by the writer, not by the database: a rolled back commit must leave no gap.
    Column("seq", _row_id, primary_key=True, autoincrement=False),
    Column("stream", Words, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("recorded_us", BigInteger, nullable=False),
    Column("actor", Words, nullable=False),
    Column("command_id", Words, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("prev", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    # Also the way to a stream's head: one step down this index.
    UniqueConstraint("stream", "version"),
    UniqueConstraint("hash"),
    CheckConstraint("version > 0"),
)

NO_BLOCK = PlaceOfBlockMark() == literal_column("0")
"""Events that name no monitor block. There is a block every ten seconds and bed, so these few have an index of their
own, in both orders they are read in. It is taken only for a query that holds this very expression."""
Index("event_without_blocks", event.c.seq, sqlite_where=NO_BLOCK, postgresql_where=NO_BLOCK)
Index(
    "event_of_stream_without_blocks",
    event.c.stream,
    event.c.version,
    sqlite_where=NO_BLOCK,
    postgresql_where=NO_BLOCK,
)

anchor = Table(
    "anchor",
    metadata,
    Column("number", _row_id, primary_key=True, autoincrement=False),
    Column("first_seq", BigInteger, nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("prev", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

command = Table(
    "command",
    metadata,
    Column("command_id", Words, primary_key=True),
    # Null for a command that recorded no event (a monitor message): those are forgotten after some hours.
    Column("first_seq", BigInteger),
    Column("last_seq", BigInteger),
    Column("recorded_us", BigInteger, nullable=False),
)
_no_event = command.c.first_seq.is_(None)
Index("command_to_forget", command.c.recorded_us, sqlite_where=_no_event, postgresql_where=_no_event)

held = Table(
    "held",
    metadata,
    Column("held_id", _row_id, primary_key=True, autoincrement=False),
    Column("case_id", Words, nullable=False),
    Column("bed", Words, nullable=False),
    Column("received_us", BigInteger, nullable=False),
    Column("message", LargeBinary, nullable=False),
    Index("held_of_case", "case_id", "held_id"),
)

# One row: the last number given to a held message. A number that was released must never name another
# message, and numbers given by the writer let a whole batch be inserted at once.
held_number = Table("held_number", metadata, Column("last", BigInteger, nullable=False))

block = Table(
    "block",
    metadata,
    Column("block_id", Words, primary_key=True),
    Column("case_id", Words, nullable=False),
    Column("start_us", BigInteger, nullable=False),
    Column("end_us", BigInteger, nullable=False),
    Column("data", LargeBinary, nullable=False),
    # End first: most readers want the last minutes, and then the index starts at the first row they need.
    Index("block_of_case", "case_id", "end_us", "start_us"),
)

trend = Table(
    "trend",
    metadata,
    Column("case_id", Words, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("key", Words, nullable=False),
    Column("unit", Words, nullable=False),
    Column("origin", Words, nullable=False),
    Column("last", Float(53), nullable=False),
    Column("low", Float(53), nullable=False),
    Column("high", Float(53), nullable=False),
    Column("count", Integer, nullable=False),
    # The whole row is its key: a monitor repeats its last cuff pressure for an hour, and every block
    # that heard it again would otherwise add the same point.
    PrimaryKeyConstraint("case_id", "at_us", "key", "unit", "origin", "last", "low", "high", "count"),
    sqlite_with_rowid=False,
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("quarantine_id", _row_id, primary_key=True, autoincrement=False),
    Column("received_us", BigInteger, nullable=False),
    Column("peer", Words, nullable=False),
    Column("device", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("raw", LargeBinary, nullable=False),
)

account = Table(
    "account",
    metadata,
    Column("account_id", Words, primary_key=True),
    Column("login", Words, nullable=False, unique=True),
    Column("name", Words, nullable=False),
    Column("role", Words, nullable=False),
    Column("password_hash", Words, nullable=False),
    Column("closed", Boolean, nullable=False),
)

session = Table(
    "session",
    metadata,
    Column("token_sha256", Words, primary_key=True),
    Column("account_id", Words, ForeignKey("account.account_id"), nullable=False, index=True),
    Column("csrf_token", Words, nullable=False),
    Column("created_us", BigInteger, nullable=False),
    Column("last_seen_us", BigInteger, nullable=False),
)

# Accounts whose password somebody else typed, until their person has chosen one.
first_password = Table(
    "first_password",
    metadata,
    Column("account_id", Words, ForeignKey("account.account_id"), primary_key=True),
    Column("until_us", BigInteger, nullable=False),
)

setup_token = Table("setup_token", metadata, Column("token_sha256", Words, primary_key=True))

# The secret is sealed (``storage.sql_sign_in``). ``enrolled_us`` 0: shown to its person, not yet proved by a code.
second_factor = Table(
    "second_factor",
    metadata,
    Column("account_id", Words, ForeignKey("account.account_id"), primary_key=True),
    Column("secret", LargeBinary, nullable=False),
    Column("enrolled_us", BigInteger, nullable=False),
    Column("last_step", BigInteger, nullable=False),
)

recovery_code = Table(
    "recovery_code",
    metadata,
    Column("account_id", Words, ForeignKey("account.account_id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("code_hash", Words, nullable=False),
    PrimaryKeyConstraint("account_id", "number"),
)

# Who somebody is at a provider of identities, from their first sign-in by it on.
outside_identity = Table(
    "outside_identity",
    metadata,
    Column("issuer", Words, nullable=False),
    Column("subject", Words, nullable=False),
    Column("account_id", Words, ForeignKey("account.account_id"), nullable=False),
    PrimaryKeyConstraint("issuer", "subject"),
    UniqueConstraint("issuer", "account_id"),
)

# Where people are reached. Not part of the record: an address can be forgotten.
address = Table(
    "address",
    metadata,
    Column("contact_id", Words, nullable=False),
    Column("channel", Words, nullable=False),
    Column("value", Words, nullable=False),
    PrimaryKeyConstraint("contact_id", "channel"),
)

# Programs that may ask over the interface for others. The token itself is kept nowhere.
machine = Table(
    "machine",
    metadata,
    Column("machine_id", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("scopes", Words, nullable=False),
    Column("token_sha256", Words, nullable=False, unique=True),
    Column("closed", Boolean, nullable=False),
)

APPEND_ONLY = ("event", "anchor", "block", "quarantine")
"""Tables whose rows are never changed and never removed."""

_TRIGGERS = {
    "sqlite": [
        f"CREATE TRIGGER IF NOT EXISTS {table}_refuses_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for table in APPEND_ONLY
        for verb in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION holdfast_refuses() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$",
        *(
            f"CREATE OR REPLACE TRIGGER {table}_refuses_{verb.lower()} BEFORE {verb} ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION holdfast_refuses()"
            for table in APPEND_ONLY
            for verb in ("UPDATE", "DELETE", "TRUNCATE")
        ),
    ],
}


def prepare(connection: Connection) -> None:
    """Create what is missing, in the caller's transaction.

    Raises ``WorldError`` when a newer Holdfast made the database.
    """
    before = set(inspect(connection).get_table_names())
    metadata.create_all(connection)
    there = inspect(connection).get_multi_indexes()
    known = {one["name"] for of_table in there.values() for one in of_table}
    for table in metadata.sorted_tables:
        for index in table.indexes:
            if index.name not in known:  # A table of an earlier release gets none with ``create_all``.
                index.create(connection)
    if not before.issuperset(APPEND_ONLY):
        # Not at every start: PostgreSQL takes readers' tables away from them for the moment.
        for statement in _TRIGGERS[connection.dialect.name]:
            connection.execute(text(statement))
    found = connection.execute(select(schema_version.c.version)).scalar()
    if found is None:
        connection.execute(insert(schema_version).values(version=SCHEMA_VERSION))
        connection.execute(insert(held_number).values(last=0))
    elif found != SCHEMA_VERSION:
        raise WorldError(
            f"The database has format {found}; this Holdfast reads format {SCHEMA_VERSION}.",
            "Open it with the release of Holdfast that wrote it.",
        )
