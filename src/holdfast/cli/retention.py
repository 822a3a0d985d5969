"""``holdfast retention``: remove pictures of old cases, hold a case. Without ``--remove`` nothing is changed."""

from collections.abc import Iterator
from contextlib import contextmanager

from holdfast.bootstrap.house import RandomIds, SystemClock, open_record
from holdfast.config import Config
from holdfast.kernel.errors import OperatorError
from holdfast.knowledge.loader import load
from holdfast.storage.film_files import FilmFiles
from holdfast.storage.sql_accounts import SqlAccounts
from holdfast.usecases import retention
from holdfast.usecases.accounts import Role
from holdfast.usecases.casebook import CaseBook
from holdfast.usecases.context import Context
from holdfast.usecases.retention import Planned


def old_pictures(config: Config, *, days: int, remove: bool, by: str, why: str) -> list[str]:
    """Lines that say what would be removed, or was."""
    with _context(config) as ctx:
        if not remove:
            return [*_lines(retention.plan(ctx, older_than_days=days)), "A dry run: nothing was changed."]
        actor = _administrator(config, by)
        films = FilmFiles(config.films)
        return _lines(retention.remove(ctx, films, actor=actor, older_than_days=days, why=why))


def hold(config: Config, *, case_id: str, reference: str, why: str, by: str) -> str:
    with _context(config) as ctx:
        retention.set_hold(ctx, actor=_administrator(config, by), case_id=case_id, reference=reference, why=why)
        return f"Nothing of case {case_id} is removed until the hold is lifted."


def lift(config: Config, *, case_id: str, hold_id: str, why: str, by: str) -> str:
    with _context(config) as ctx:
        retention.lift_hold(ctx, actor=_administrator(config, by), case_id=case_id, hold_id=hold_id, why=why)
        return f"Hold {hold_id} on case {case_id} is lifted."


def _lines(planned: list[Planned]) -> list[str]:
    gone = sum(len(one.image_ids) for one in planned)
    lines = [
        f"{one.name} ({one.case_id}): kept, {one.kept_because}"
        if one.kept_because
        else f"{one.name} ({one.case_id}): {len(one.image_ids)} pictures"
        for one in planned
    ]
    return [*lines, f"{gone} pictures of {sum(bool(one.image_ids) for one in planned)} old cases."]


def _administrator(config: Config, login: str) -> str:
    """Who is answerable: an administrator, by their login."""
    accounts = SqlAccounts(config.database)
    try:
        account = accounts.by_login(login) if login else None
    finally:
        accounts.close()
    if account is None or account.closed or account.role != Role.ADMINISTRATOR:
        raise OperatorError(f"{login!r} is no administrator of this house.", "Name one by their login with --by.")
    return account.account_id


@contextmanager
def _context(config: Config) -> Iterator[Context]:
    store = open_record(config)
    try:
        yield Context(store=store, book=CaseBook(store), clock=SystemClock(), ids=RandomIds(), knowledge=load())
    finally:
        store.close()
