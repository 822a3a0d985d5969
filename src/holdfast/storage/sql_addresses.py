"""The ``Addresses`` port, in the same database as the record but no part of it."""

from collections.abc import Mapping

from sqlalchemy import delete, insert, select

from holdfast.storage import schema
from holdfast.storage.database import Place, open_database

_row = schema.address.c


class SqlAddresses:
    """See ``usecases.call_ports.Addresses``. Any thread may call any method."""

    def __init__(self, where: Place) -> None:
        """Open the database, creating it when missing; raises ``WorldError`` or ``IntegrityError`` in words."""
        self._database = open_database(where)

    def of(self, contact_id: str) -> Mapping[str, str]:
        query = select(_row.channel, _row.value).where(_row.contact_id == contact_id)
        with self._database.reading("reading an address") as connection:
            return {row.channel: row.value for row in connection.execute(query)}

    def put(self, contact_id: str, by_channel: Mapping[str, str]) -> None:
        with self._database.writing("writing an address") as connection:
            connection.execute(delete(schema.address).where(_row.contact_id == contact_id))
            for channel, value in by_channel.items():
                connection.execute(insert(schema.address).values(contact_id=contact_id, channel=channel, value=value))

    def close(self) -> None:
        self._database.close()
