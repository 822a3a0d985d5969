"""Which passwords are taken."""

import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from holdfast.kernel.errors import OperatorError
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
