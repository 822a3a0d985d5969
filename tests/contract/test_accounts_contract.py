"""What the accounts port must do."""

from collections.abc import Iterator

import msgspec
import pytest

from holdfast.kernel.errors import HoldfastError, OperatorError
from holdfast.storage.database import Place
from holdfast.storage.sql_accounts import SqlAccounts
from holdfast.usecases.ports import Account, Accounts, Session

OSEI = Account(account_id="a1", login="osei", name="Dr. Osei", role="clinician", password_hash="argon2...")
KIM = Account(account_id="a2", login="kim", name="Nurse Kim", role="technician", password_hash="argon2...")


@pytest.fixture
def accounts(place: Place) -> Iterator[Accounts]:
    made = SqlAccounts(place)
    yield made
    made.close()


def session(token: str, account_id: str = "a1") -> Session:
    return Session(token_sha256=token, account_id=account_id, csrf_token="c", created_us=10, last_seen_us=10)


class TestAccounts:
    def test_an_account_is_found_by_login_and_by_id(self, accounts: Accounts) -> None:
        assert (accounts.count(), accounts.all()) == (0, [])
        accounts.put(OSEI)
        accounts.put(KIM)
        assert accounts.count() == 2
        assert accounts.all() == [KIM, OSEI]
        assert accounts.by_login("osei") == accounts.by_id("a1") == OSEI
        assert accounts.by_login("a1") is None
        assert accounts.by_id("osei") is None

    def test_putting_again_replaces(self, accounts: Accounts) -> None:
        accounts.put(OSEI)
        closed = msgspec.structs.replace(OSEI, role="administrator", login="ama.osei", closed=True)
        accounts.put(closed)
        assert accounts.all() == [closed]
        assert accounts.by_login("osei") is None

    def test_a_login_belongs_to_one_account(self, accounts: Accounts) -> None:
        accounts.put(OSEI)
        with pytest.raises(OperatorError, match="'osei' belongs to another"):
            accounts.put(msgspec.structs.replace(KIM, login="osei"))
        assert accounts.all() == [OSEI]


class TestSessions:
    def test_a_session_lives_until_it_is_closed(self, accounts: Accounts) -> None:
        accounts.put(OSEI)
        accounts.open_session(session("t1"))
        accounts.touch_session("t1", seen_us=99)
        assert accounts.session("t1") == msgspec.structs.replace(session("t1"), last_seen_us=99)
        accounts.close_session("t1")
        assert accounts.session("t1") is None
        accounts.touch_session("t1", seen_us=100)
        assert accounts.session("t1") is None

    def test_all_sessions_of_one_account_can_be_closed(self, accounts: Accounts) -> None:
        accounts.put(OSEI)
        accounts.put(KIM)
        for one in (session("t1"), session("t2"), session("t3", "a2")):
            accounts.open_session(one)
        accounts.close_sessions_of("a1")
        assert [accounts.session(token) is not None for token in ("t1", "t2", "t3")] == [False, False, True]

    def test_the_sessions_of_an_account_are_listed_newest_first(self, accounts: Accounts) -> None:
        accounts.put(OSEI)
        accounts.put(KIM)
        older, newer = session("t1"), msgspec.structs.replace(session("t2"), created_us=20)
        for one in (older, newer, session("t3", "a2")):
            accounts.open_session(one)
        assert accounts.sessions_of("a1") == [newer, older]
        assert accounts.sessions_of("a3") == []

    def test_a_session_needs_an_account(self, accounts: Accounts) -> None:
        with pytest.raises(HoldfastError):
            accounts.open_session(session("t1", "nobody"))


def test_a_first_password_is_remembered_until_it_is_cleared(accounts: Accounts) -> None:
    accounts.put(OSEI)
    assert accounts.first_password_until("a1") is None
    accounts.put_first_password("a1", 5)
    accounts.put_first_password("a1", 7)
    assert accounts.first_password_until("a1") == 7
    accounts.clear_first_password("a1")
    assert accounts.first_password_until("a1") is None


class TestSetupToken:
    def test_it_can_be_taken_once(self, accounts: Accounts) -> None:
        accounts.put_setup_token("s1")
        assert not accounts.take_setup_token("guess")
        assert accounts.take_setup_token("s1")
        assert not accounts.take_setup_token("s1")

    def test_a_new_one_replaces_the_one_before(self, accounts: Accounts) -> None:
        accounts.put_setup_token("s1")
        accounts.put_setup_token("s2")
        assert not accounts.take_setup_token("s1")
        assert accounts.take_setup_token("s2")


def test_accounts_survive_being_closed_and_opened(place: Place) -> None:
    first = SqlAccounts(place)
    first.put(OSEI)
    first.close()
    second = SqlAccounts(place)
    assert second.all() == [OSEI]
    second.close()
