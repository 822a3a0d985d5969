"""The second factor: the published vectors, once for each code, and recovery codes."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.kernel.errors import IntegrityError, NotFoundError, OperatorError
from holdfast.kernel.time import US_PER_S
from holdfast.record.security_events import SecondFactorRemoved, SecondFactorSet
from holdfast.storage.sql_accounts import SqlAccounts
from holdfast.storage.sql_sign_in import FILE, SqlOutsideIdentities, SqlSecondFactors
from holdfast.usecases import accounts, second_factor, totp
from holdfast.usecases.ports import Account
from making import StandingClock, make_context

SECRET = b"12345678901234567890"
RFC_6238 = {
    59: "94287082",
    1111111109: "07081804",
    1111111111: "14050471",
    1234567890: "89005924",
    2000000000: "69279037",
    20000000000: "65353130",
}
"""Appendix B, SHA-1: seconds and the code of eight digits; ours are the last six."""
RFC_4226 = ("755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489")
"""Appendix D: the codes of the counters 0 to 9."""


class PlainHasher:
    def hash(self, password: str) -> str:
        return f"plain:{password}"

    def verify(self, password_hash: str, password: str) -> bool:
        return password_hash == f"plain:{password}"


class Place:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = StandingClock()
        self.ctx = make_context(self.clock)
        self.accounts = SqlAccounts(folder / "a.db")
        self.factors = SqlSecondFactors(folder / "a.db", folder)
        self.vet = self.make("vet")

    def make(self, login: str) -> Account:
        return accounts.create_account(
            self.ctx,
            self.accounts,
            PlainHasher(),
            actor="holdfast",
            login=login,
            name="Ada",
            role="clinician",
            password="a long sentence",
        )

    def code(self, steps: int = 0) -> str:
        secret = self.factors.of(self.vet.account_id).secret
        return totp.code_at(secret, totp.step_at(self.clock.now_us()) + steps)

    def enrol(self) -> tuple[str, ...]:
        second_factor.offer(self.ctx, self.factors, self.vet)
        return second_factor.enrol(self.ctx, self.factors, PlainHasher(), self.vet, self.code())

    def check(self, code: str) -> str:
        now_us = self.clock.now_us()
        return second_factor.check(
            self.factors, PlainHasher(), account_id=self.vet.account_id, code=code, now_us=now_us
        )


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_the_codes_are_those_of_the_published_vectors() -> None:
    assert tuple(totp.code_at(SECRET, counter) for counter in range(10)) == RFC_4226
    for seconds, code in RFC_6238.items():
        assert totp.code_at(SECRET, totp.step_at(seconds * US_PER_S)) == code[-6:]


@given(seconds=st.integers(0, 2**33), off_s=st.integers(-200, 200))
def test_a_code_is_taken_in_its_step_and_the_ones_beside_it(seconds: int, off_s: int) -> None:
    here, there = seconds // 30, (seconds + off_s) // 30
    if there < 0:
        return
    found = totp.matching_step(SECRET, totp.code_at(SECRET, there), seconds * US_PER_S)
    if abs(there - here) <= 1:
        assert found is not None
        assert totp.code_at(SECRET, found) == totp.code_at(SECRET, there)
    else:
        assert found is None or totp.code_at(SECRET, found) == totp.code_at(SECRET, there)


def test_a_code_works_once_and_an_older_one_never_afterwards(place: Place) -> None:
    place.enrol()
    assert place.check(place.code()) == "", "the code that put it into use is spent"
    place.clock.advance(30)
    assert place.check(place.code()) == "code"
    assert place.check(place.code()) == ""
    assert place.check(place.code(-1)) == ""
    place.clock.advance(90)
    assert place.check(place.code(-2)) == "", "two steps old"
    assert place.check(place.code()) == "code"


def test_a_recovery_code_works_once_and_only_as_it_was_shown(place: Place) -> None:
    codes = place.enrol()
    assert len(codes) == len(set(codes)) == second_factor.RECOVERY_CODES
    assert place.check(codes[3]) == "recovery code"
    assert place.check(codes[3]) == ""
    assert place.check(f"  {codes[4].upper()} ") == "recovery code"
    assert place.factors.of(place.vet.account_id).recovery_left == 8
    for wrong in ("", "1-", "-", "99-x", "1-wrong", "x" * 1000, "\u0661-abc", f"1-{codes[5].partition('-')[2]}"):
        assert place.check(wrong) == "", wrong


def test_a_wrong_first_code_puts_nothing_into_use(place: Place) -> None:
    second_factor.offer(place.ctx, place.factors, place.vet)
    with pytest.raises(OperatorError, match="not the code"):
        second_factor.enrol(place.ctx, place.factors, PlainHasher(), place.vet, "000000")
    assert not second_factor.in_use(place.factors, place.vet.account_id)
    assert place.check(place.code()) == "", "a secret that waits signs nobody in"


def test_one_in_use_is_not_replaced_by_a_new_offer(place: Place) -> None:
    place.enrol()
    secret = place.factors.of(place.vet.account_id).secret
    with pytest.raises(OperatorError, match="in use already"):
        second_factor.offer(place.ctx, place.factors, place.vet)
    with pytest.raises(OperatorError, match="in use already"):
        place.factors.offer(place.vet.account_id, b"another")
    assert place.factors.of(place.vet.account_id).secret == secret


def test_the_record_knows_that_and_never_what(place: Place) -> None:
    codes = place.enrol()
    secret = place.factors.of(place.vet.account_id).secret
    second_factor.remove(place.ctx, place.factors, actor="admin", account=place.vet)
    log = place.ctx.store.read_log()
    assert [type(one.event) for one in log[-2:]] == [SecondFactorSet, SecondFactorRemoved]
    assert log[-1].actor == "admin"
    assert place.factors.of(place.vet.account_id) is None
    told = b"".join(one.body for one in log)
    assert not any(word.encode() in told for word in (*codes, totp.as_text(secret)))
    with pytest.raises(NotFoundError):
        second_factor.remove(place.ctx, place.factors, actor="admin", account=place.vet)


def test_the_database_alone_gives_no_secret_away(place: Place) -> None:
    codes = place.enrol()
    secret = place.factors.of(place.vet.account_id).secret
    place.factors.close()
    place.accounts.close()
    written = b"".join(path.read_bytes() for path in place.folder.glob("a.db*"))
    assert secret not in written
    assert totp.as_text(secret).encode() not in written
    assert (place.folder / FILE).stat().st_mode & 0o077 == 0
    assert codes[0].encode() not in written
    (place.folder / FILE).write_bytes(b"k" * 32)
    with pytest.raises(IntegrityError, match="cannot be read with the key"):
        SqlSecondFactors(place.folder / "a.db", place.folder).of(place.vet.account_id)


def test_an_outside_identity_belongs_to_one_account_and_stays(place: Place) -> None:
    outside, other = SqlOutsideIdentities(place.folder / "a.db"), place.make("other")
    assert outside.account_of("https://id.example", "s1") == ""
    assert outside.link("https://id.example", "s1", place.vet.account_id)
    assert outside.account_of("https://id.example", "s1") == place.vet.account_id
    assert not outside.link("https://id.example", "s1", other.account_id)
    assert not outside.link("https://id.example", "s2", place.vet.account_id)
    assert outside.link("https://other.example", "s1", other.account_id), "another provider's subject is another person"
