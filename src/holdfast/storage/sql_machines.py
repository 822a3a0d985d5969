"""The ``Machines`` port, in the same database as the record but no part of it."""

from sqlalchemy import delete, insert, select

from holdfast.storage import schema
from holdfast.storage.database import Place, open_database
from holdfast.usecases.machines import Machine

_table = schema.machine
_row = schema.machine.c


class SqlMachines:
    """See ``usecases.machines.Machines``. Any thread may call any method."""

    def __init__(self, place: Place) -> None:
        """Open it, creating what is missing; raises ``WorldError`` or ``IntegrityError`` in words."""
        self._database = open_database(place)

    def put(self, machine: Machine) -> None:
        with self._database.writing("writing a machine account") as connection:
            connection.execute(delete(_table).where(_row.machine_id == machine.machine_id))
            connection.execute(
                insert(_table).values(
                    machine_id=machine.machine_id,
                    name=machine.name,
                    scopes=" ".join(machine.scopes),
                    token_sha256=machine.token_sha256,
                    closed=machine.closed,
                )
            )

    def by_token(self, token_sha256: str) -> Machine | None:
        return next(iter(self._where(_row.token_sha256 == token_sha256)), None)

    def all(self) -> list[Machine]:
        return self._where(None)

    def _where(self, condition: object) -> list[Machine]:
        query = select(_row.machine_id, _row.name, _row.scopes, _row.token_sha256, _row.closed).order_by(_row.name)
        if condition is not None:
            query = query.where(condition)  # type: ignore[arg-type]
        with self._database.reading("reading machine accounts") as connection:
            return [
                Machine(
                    machine_id=row.machine_id,
                    name=row.name,
                    scopes=tuple(row.scopes.split()),
                    token_sha256=row.token_sha256,
                    closed=row.closed,
                )
                for row in connection.execute(query)
            ]

    def close(self) -> None:
        self._database.close()
