"""The ``SecondFactors`` and ``OutsideIdentities`` ports, in the same database as the accounts.

A secret is sealed with AES-256-GCM under a key that lies in a file of its own: a copy of the database alone signs
nobody in.
"""

import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, func, insert, select, update

from holdfast.kernel.errors import IntegrityError, OperatorError
from holdfast.storage import schema
from holdfast.storage.database import Place, open_database
from holdfast.storage.key_file import key_in
from holdfast.usecases.sign_in_ports import SecondFactor

FILE = "second-factor-key"
_NONCE_BYTES = 12
_DOING = "reading second factors"
_factor, _code, _outside = schema.second_factor.c, schema.recovery_code.c, schema.outside_identity.c


class SqlSecondFactors:
    """See ``usecases.sign_in_ports.SecondFactors``. Any thread may call any method."""

    def __init__(self, database: Place, folder: Path) -> None:
        """``folder``: where the key lies. Raises ``WorldError`` or ``IntegrityError`` in words."""
        self._key = AESGCM(key_in(folder / FILE, "everybody's second factor must then be removed and set up anew."))
        self._database = open_database(database)

    def of(self, account_id: str) -> SecondFactor | None:
        query = select(_factor.secret, _factor.enrolled_us).where(_factor.account_id == account_id)
        left = select(func.count()).select_from(schema.recovery_code).where(_code.account_id == account_id)
        with self._database.snapshot(_DOING) as connection:
            row = connection.execute(query).first()
            count = connection.execute(left).scalar_one()
        if row is None:
            return None
        return SecondFactor(
            account_id=account_id,
            secret=self._unseal(row.secret, account_id),
            enrolled_us=row.enrolled_us,
            recovery_left=count,
        )

    def offer(self, account_id: str, secret: bytes) -> None:
        with self._database.writing("writing a second factor") as connection:
            waiting = (_factor.account_id == account_id) & (_factor.enrolled_us == 0)
            connection.execute(delete(schema.second_factor).where(waiting))
            if connection.execute(select(_factor.account_id).where(_factor.account_id == account_id)).first():
                raise OperatorError("A second factor is in use already.", "Remove it first.")
            row = {"account_id": account_id, "secret": self._seal(secret, account_id)}
            connection.execute(insert(schema.second_factor).values(**row, enrolled_us=0, last_step=0))

    def enrol(self, account_id: str, now_us: int, recovery_hashes: tuple[str, ...]) -> bool:
        with self._database.writing("writing a second factor") as connection:
            waiting = (_factor.account_id == account_id) & (_factor.enrolled_us == 0)
            changed = update(schema.second_factor).where(waiting).values(enrolled_us=now_us)
            if connection.execute(changed).rowcount == 0:
                return False
            connection.execute(delete(schema.recovery_code).where(_code.account_id == account_id))
            rows = [
                {"account_id": account_id, "number": number, "code_hash": one}
                for number, one in enumerate(recovery_hashes, start=1)
            ]
            connection.execute(insert(schema.recovery_code), rows)
            return True

    def remove(self, account_id: str) -> None:
        with self._database.writing("removing a second factor") as connection:
            connection.execute(delete(schema.recovery_code).where(_code.account_id == account_id))
            connection.execute(delete(schema.second_factor).where(_factor.account_id == account_id))

    def spend_step(self, account_id: str, step: int) -> bool:
        with self._database.writing("using a code") as connection:
            unspent = (_factor.account_id == account_id) & (_factor.last_step < step)
            return connection.execute(update(schema.second_factor).where(unspent).values(last_step=step)).rowcount == 1

    def recovery_hash(self, account_id: str, number: int) -> str:
        query = select(_code.code_hash).where(_code.account_id == account_id, _code.number == number)
        with self._database.reading(_DOING) as connection:
            return connection.execute(query).scalar() or ""

    def spend_recovery(self, account_id: str, number: int) -> bool:
        with self._database.writing("using a recovery code") as connection:
            spent = delete(schema.recovery_code).where(_code.account_id == account_id, _code.number == number)
            return connection.execute(spent).rowcount == 1

    def close(self) -> None:
        self._database.close()

    def _seal(self, secret: bytes, account_id: str) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._key.encrypt(nonce, secret, account_id.encode())

    def _unseal(self, sealed: bytes, account_id: str) -> bytes:
        try:
            return self._key.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], account_id.encode())
        except InvalidTag:
            raise IntegrityError(
                "A second factor cannot be read with the key of this folder.",
                f"Restore the file {FILE} that belongs to this database.",
            ) from None


class SqlOutsideIdentities:
    """See ``usecases.sign_in_ports.OutsideIdentities``."""

    def __init__(self, database: Place) -> None:
        self._database = open_database(database)

    def account_of(self, issuer: str, subject: str) -> str:
        query = select(_outside.account_id).where(_outside.issuer == issuer, _outside.subject == subject)
        with self._database.reading(_DOING) as connection:
            return connection.execute(query).scalar() or ""

    def link(self, issuer: str, subject: str, account_id: str) -> bool:
        with self._database.writing("linking an account") as connection:
            taken = select(_outside.account_id).where(
                _outside.issuer == issuer, (_outside.subject == subject) | (_outside.account_id == account_id)
            )
            if connection.execute(taken).first():
                return False
            row = {"issuer": issuer, "subject": subject, "account_id": account_id}
            connection.execute(insert(schema.outside_identity).values(**row))
            return True

    def close(self) -> None:
        self._database.close()
