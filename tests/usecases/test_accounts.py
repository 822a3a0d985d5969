"""Accounts: who may sign in, and what the record learns of it."""

import itertools
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

from holdfast.kernel.errors import NotAllowedError, NotFoundError, OperatorError, WorldError
from holdfast.kernel.time import US_PER_H
from holdfast.record.events import AccountClosed, AccountCreated, AccountRoleChanged
from holdfast.storage.sql_accounts import SqlAccounts
from holdfast.usecases import accounts as use
from holdfast.usecases.context import Context
from holdfast.usecases.ports import Account, Change
from making import StandingClock, make_context

PASSWORD = "a long sentence"


class PlainHasher:
    """Fast, so that the tests are about accounts and not about argon2."""

    def hash(self, password: str) -> str:
        return f"plain:{password}"

    def verify(self, password_hash: str, password: str) -> bool:
        return password_hash == f"plain:{password}"


@dataclass
class Place:
    ctx: Context
    clock: StandingClock
    accounts: SqlAccounts
    hasher: PlainHasher

    def make(self, login: str, role: str) -> Account:
        return use.create_account(
            self.ctx,
            self.accounts,
            self.hasher,
            actor="holdfast",
            login=login,
            name=login.title(),
            role=role,
            password=PASSWORD,
        )

    def events(self) -> list[object]:
        return [item.event for item in self.ctx.store.read_log()]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    clock = StandingClock()
    return Place(make_context(clock), clock, SqlAccounts(tmp_path / "accounts.db"), PlainHasher())


def set_up(place: Place, token: str, login: str = "ada") -> Account:
    return use.set_up(place.ctx, place.accounts, place.hasher, token=token, login=login, name="Ada", password=PASSWORD)


def test_the_first_administrator_is_made_by_the_token_and_only_once(place: Place) -> None:
    token = use.offer_setup(place.accounts, place.ctx.ids)
    first = set_up(place, token)
    assert first.role == "administrator"
    assert use.offer_setup(place.accounts, place.ctx.ids) == ""
    with pytest.raises(NotAllowedError):
        set_up(place, token, "eve")
    assert place.accounts.count() == 1


def test_a_wrong_token_makes_nothing_and_does_not_spend_the_right_one(place: Place) -> None:
    token = use.offer_setup(place.accounts, place.ctx.ids)
    with pytest.raises(NotAllowedError):
        set_up(place, "guessed")
    assert place.accounts.count() == 0
    assert set_up(place, token).login == "ada"


def test_a_bad_password_does_not_spend_the_token(place: Place) -> None:
    token = use.offer_setup(place.accounts, place.ctx.ids)
    with pytest.raises(OperatorError, match="characters"):
        use.set_up(place.ctx, place.accounts, place.hasher, token=token, login="ada", name="Ada", password="short")
    assert set_up(place, token).login == "ada"


def test_the_record_learns_of_accounts_and_never_of_a_secret(place: Place) -> None:
    place.make("ada", "administrator")
    vet = place.make("vet", "clinician")
    use.change_role(place.ctx, place.accounts, actor="ada", account_id=vet.account_id, role="specialist")
    use.close_account(place.ctx, place.accounts, actor="ada", account_id=vet.account_id)
    kinds = [type(event) for event in place.events()]
    assert kinds == [AccountCreated, AccountCreated, AccountRoleChanged, AccountClosed]
    assert not any(PASSWORD.encode() in item.body for item in place.ctx.store.read_log())


def test_a_login_is_taken_whatever_its_case(place: Place) -> None:
    place.make("vet", "clinician")
    with pytest.raises(OperatorError, match="taken"):
        place.make("VET", "clinician")


@pytest.mark.parametrize(("login", "role"), [("two words", "clinician"), ("", "clinician"), ("vet", "king")])
def test_what_cannot_be_an_account_is_refused_before_anything_is_written(place: Place, login: str, role: str) -> None:
    with pytest.raises(OperatorError):
        place.make(login, role)
    assert place.events() == []
    assert place.accounts.count() == 0


def test_the_last_administrator_stays(place: Place) -> None:
    ada = place.make("ada", "administrator")
    with pytest.raises(OperatorError, match="only administrator"):
        use.close_account(place.ctx, place.accounts, actor="ada", account_id=ada.account_id)
    with pytest.raises(OperatorError, match="only administrator"):
        use.change_role(place.ctx, place.accounts, actor="ada", account_id=ada.account_id, role="clinician")
    place.make("bob", "administrator")
    use.close_account(place.ctx, place.accounts, actor="bob", account_id=ada.account_id)
    assert use.authenticate(place.accounts, place.hasher, login="ada", password=PASSWORD) is None


def test_only_the_right_password_of_an_open_account_signs_in(place: Place) -> None:
    vet = place.make("vet", "clinician")
    assert use.authenticate(place.accounts, place.hasher, login=" Vet ", password=PASSWORD) == vet
    assert use.authenticate(place.accounts, place.hasher, login="vet", password="wrong") is None
    assert use.authenticate(place.accounts, place.hasher, login="nobody", password=PASSWORD) is None


def test_a_session_lives_while_it_is_used_and_ends_when_idle(place: Place) -> None:
    vet = place.make("vet", "clinician")
    token, session = use.open_session(place.accounts, place.ctx.ids, account=vet, now_us=place.clock.at_us)
    assert token not in session.token_sha256
    for _ in range(3):
        place.clock.advance(10 * 3600)
        assert use.resume_session(place.accounts, token=token, now_us=place.clock.at_us) is not None
    late_us = place.clock.at_us + 12 * US_PER_H + 61_000_000
    assert use.resume_session(place.accounts, token=token, now_us=late_us) is None
    assert use.resume_session(place.accounts, token=token, now_us=place.clock.at_us) is None, "it is gone for good"


@pytest.mark.parametrize("what", ["close", "role", "password"])
def test_what_changes_an_account_ends_its_sessions(place: Place, what: str) -> None:
    place.make("ada", "administrator")
    vet = place.make("vet", "clinician")
    token, _ = use.open_session(place.accounts, place.ctx.ids, account=vet, now_us=place.clock.at_us)
    if what == "close":
        use.close_account(place.ctx, place.accounts, actor="ada", account_id=vet.account_id)
    elif what == "role":
        use.change_role(place.ctx, place.accounts, actor="ada", account_id=vet.account_id, role="technician")
    else:
        use.change_password(
            place.accounts, place.hasher, account_id=vet.account_id, old=PASSWORD, new="another sentence"
        )
    assert use.resume_session(place.accounts, token=token, now_us=place.clock.at_us) is None


def test_a_password_is_changed_only_by_who_knows_the_present_one(place: Place) -> None:
    vet = place.make("vet", "clinician")
    with pytest.raises(OperatorError, match="present password"):
        use.change_password(place.accounts, place.hasher, account_id=vet.account_id, old="guess", new="a long one here")
    use.change_password(place.accounts, place.hasher, account_id=vet.account_id, old=PASSWORD, new="a long one here")
    assert use.authenticate(place.accounts, place.hasher, login="vet", password=PASSWORD) is None
    assert use.authenticate(place.accounts, place.hasher, login="vet", password="a long one here") is not None


def test_a_closed_account_cannot_be_changed(place: Place) -> None:
    place.make("ada", "administrator")
    vet = place.make("vet", "clinician")
    use.close_account(place.ctx, place.accounts, actor="ada", account_id=vet.account_id)
    with pytest.raises(NotFoundError):
        use.change_role(place.ctx, place.accounts, actor="ada", account_id=vet.account_id, role="technician")


def test_two_administrators_who_close_each_other_at_once_leave_one(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each looked while the other still stood, and neither account is written before both are on record."""
    ada, bob = place.make("ada", "administrator"), place.make("bob", "administrator")
    numbers = itertools.count()  # unlike the counting ids of the place, good for two threads
    monkeypatch.setattr(place.ctx.ids, "new_id", lambda: f"command {next(numbers)}")
    submit, both_looked = place.ctx.store.submit, threading.Barrier(2)
    waited: set[int] = set()
    outcomes: list[object] = []

    def patient(change: Change) -> object:
        if threading.get_ident() not in waited:
            waited.add(threading.get_ident())
            both_looked.wait(timeout=10)
        return submit(change)

    def close(actor: Account, other: Account) -> None:
        try:
            use.close_account(place.ctx, place.accounts, actor=actor.account_id, account_id=other.account_id)
            outcomes.append("closed")
        except OperatorError as error:
            outcomes.append(error.problem)

    monkeypatch.setattr(place.ctx.store, "submit", patient)
    threads = [threading.Thread(target=close, args=pair) for pair in ((ada, bob), (bob, ada))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes), key=len)[0] == "closed"
    assert any("only administrator" in str(one) for one in outcomes)
    assert [one.role for one in place.accounts.all() if not one.closed] == ["administrator"]


def test_a_full_disk_ends_no_session(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    vet = place.make("vet", "clinician")
    token, _ = use.open_session(place.accounts, place.ctx.ids, account=vet, now_us=place.clock.at_us)

    def full(token_sha256: str, seen_us: int) -> None:
        raise WorldError("The disk is full.", "Free some space.")

    monkeypatch.setattr(place.accounts, "touch_session", full)
    found = use.resume_session(place.accounts, token=token, now_us=place.clock.advance(3_600))
    assert found is not None
    assert found[0] == vet
