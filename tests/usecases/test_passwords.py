"""Which passwords are taken."""

import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from holdfast.kernel.errors import OperatorError
from holdfast.knowledge import leaked_passwords
from holdfast.usecases.passwords import PASSWORD_MAX, PASSWORD_MIN, check_password


def taken(password: str, login: str = "osei", name: str = "Ama Osei") -> bool:
    try:
        check_password(password, login, name)
    except OperatorError:
        return False
    return True


def test_no_common_password_that_is_long_enough_is_taken() -> None:
    common = [one for one in FREQUENCY_LISTS["passwords"] if len(one) >= PASSWORD_MIN]
    assert len(common) > 1_000
    assert [one for one in common[::5] if taken(one)] == []


@pytest.mark.parametrize(
    "password",
    [
        "holdfast2026",
        "veterinary1",
        "clinician1!",
        "AmaOsei2026",
        "oseiosei12",
        "qwertyuiop",
        "1234567890",
        "aaaaaaaaaaaa",
    ],
)
def test_words_of_this_place_and_of_the_person_are_not_taken(password: str) -> None:
    assert not taken(password)


@pytest.mark.parametrize(
    "password",
    [
        "the dog is well",
        "correct horse battery",
        "nur kleine buchstaben",
        "日本の犬はとても元気です",
        "8402759163628",
        "x" + "a quiet ward " * 8,
    ],
)
def test_any_kind_of_characters_will_do(password: str) -> None:
    assert taken(password)


def test_length_is_refused_and_never_cut() -> None:
    assert not taken("k3!vQ9#z")
    assert taken(("a quiet night in the ward " * 8)[:PASSWORD_MAX])
    assert not taken(("a quiet night in the ward " * 8)[: PASSWORD_MAX + 1])


LEAKED = ("Soso123aljg", "mailcreated5240", "USUCKBALLZ1", "123qweasdzxc", "qazwsxedcrfv")


@pytest.mark.parametrize("password", LEAKED)
def test_what_leaked_elsewhere_is_not_taken_in_any_case_of_its_letters(password: str) -> None:
    with pytest.raises(OperatorError, match="has leaked"):
        check_password(password, "osei")


def test_the_list_of_what_leaked_is_whole() -> None:
    prefixes = leaked_passwords._prefixes()
    assert len(prefixes) > 49_000
    assert list(prefixes) == sorted(set(prefixes))
    assert {len(one) for one in prefixes} == {leaked_passwords.PREFIX_BYTES}
    assert leaked_passwords.SHORTEST == PASSWORD_MIN


def test_most_of_what_the_estimate_knows_as_common_has_leaked_too() -> None:
    common = [one for one in FREQUENCY_LISTS["passwords"] if len(one) >= PASSWORD_MIN]
    assert sum(leaked_passwords.has_leaked(one) for one in common) > 0.9 * len(common)
    assert not leaked_passwords.has_leaked("the dog is well")
