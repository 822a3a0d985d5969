"""The ``Accounts`` port, in the same database as the record but no part of it."""

import msgspec
from sqlalchemy import ColumnElement, delete, func, insert, select, update

from holdfast.kernel.errors import OperatorError
from holdfast.storage import schema
from holdfast.storage.database import Place, open_database
from holdfast.usecases.ports import Account, Session

_DOING = "reading accounts"
_first = schema.first_password.c
_account, _session, _setup = schema.account.c, schema.session.c, schema.setup_token.c


class SqlAccounts:
    """See ``usecases.ports.Accounts``. Any thread may call any method."""

    def __init__(self, where: Place) -> None:
        """Open the database, creating it when missing; raises ``WorldError`` or ``IntegrityError`` in words."""
        self._database = open_database(where)

    def count(self) -> int:
        with self._database.reading(_DOING) as connection:
            return connection.execute(select(func.count()).select_from(schema.account)).scalar_one()

    def all(self) -> list[Account]:
        return self._accounts()

    def by_login(self, login: str) -> Account | None:
        return next(iter(self._accounts(_account.login == login)), None)

    def by_id(self, account_id: str) -> Account | None:
        return next(iter(self._accounts(_account.account_id == account_id)), None)

    def put(self, account: Account) -> None:
        with self._database.writing("writing an account") as connection:
            taken = select(_account.account_id).where(
                _account.login == account.login, _account.account_id != account.account_id
            )
            if connection.execute(taken).first():
                raise OperatorError(f"The login {account.login!r} belongs to another account.", "Choose another login.")
            row = msgspec.structs.asdict(account)
            changed = update(schema.account).where(_account.account_id == account.account_id).values(**row)
            if connection.execute(changed).rowcount == 0:
                connection.execute(insert(schema.account).values(**row))

    def open_session(self, session: Session) -> None:
        with self._database.writing("opening a session") as connection:
            connection.execute(insert(schema.session).values(**msgspec.structs.asdict(session)))

    def session(self, token_sha256: str) -> Session | None:
        query = select(*schema.session.c).where(_session.token_sha256 == token_sha256)
        with self._database.reading(_DOING) as connection:
            row = connection.execute(query).first()
        return Session(**row._mapping) if row else None

    def touch_session(self, token_sha256: str, seen_us: int) -> None:
        with self._database.writing("writing a session") as connection:
            connection.execute(
                update(schema.session).where(_session.token_sha256 == token_sha256).values(last_seen_us=seen_us)
            )

    def close_session(self, token_sha256: str) -> None:
        self._close(_session.token_sha256 == token_sha256)

    def sessions_of(self, account_id: str) -> list[Session]:
        query = select(*schema.session.c).where(_session.account_id == account_id).order_by(_session.created_us.desc())
        with self._database.reading(_DOING) as connection:
            return [Session(**row._mapping) for row in connection.execute(query)]

    def close_sessions_of(self, account_id: str) -> None:
        self._close(_session.account_id == account_id)

    def put_first_password(self, account_id: str, until_us: int) -> None:
        with self._database.writing("writing an account") as connection:
            connection.execute(delete(schema.first_password).where(_first.account_id == account_id))
            connection.execute(insert(schema.first_password).values(account_id=account_id, until_us=until_us))

    def first_password_until(self, account_id: str) -> int | None:
        with self._database.reading(_DOING) as connection:
            return connection.execute(select(_first.until_us).where(_first.account_id == account_id)).scalar()

    def clear_first_password(self, account_id: str) -> None:
        with self._database.writing("writing an account") as connection:
            connection.execute(delete(schema.first_password).where(_first.account_id == account_id))

    def put_setup_token(self, token_sha256: str) -> None:
        with self._database.writing("writing the setup link") as connection:
            connection.execute(delete(schema.setup_token))
            connection.execute(insert(schema.setup_token).values(token_sha256=token_sha256))

    def take_setup_token(self, token_sha256: str) -> bool:
        with self._database.writing("using the setup link") as connection:
            taken = connection.execute(delete(schema.setup_token).where(_setup.token_sha256 == token_sha256))
            return taken.rowcount == 1

    def close(self) -> None:
        self._database.close()

    def _accounts(self, *where: ColumnElement[bool]) -> list[Account]:
        query = select(*schema.account.c).where(*where).order_by(_account.login)
        with self._database.reading(_DOING) as connection:
            return [Account(**row._mapping) for row in connection.execute(query)]

    def _close(self, where: ColumnElement[bool]) -> None:
        with self._database.writing("closing a session") as connection:
            connection.execute(delete(schema.session).where(where))
