"""Which passwords are taken: length and how easily they are guessed, nothing about kinds of characters.

The estimate is zxcvbn's: 30 000 common passwords, common words and names, dates, keyboard runs and what is made of
them, and the words that belong to this place. What leaked elsewhere is refused whatever the estimate says. No rule asks
for a change after a time.
"""

import re

from holdfast.kernel.errors import OperatorError
from holdfast.knowledge.leaked_passwords import has_leaked

PASSWORD_MIN = 10
"""Long enough that guessing online is hopeless behind the login's rate limit; no composition rules."""
PASSWORD_MAX = 200
"""A longer one only keeps the hash busy. It is refused, never cut off."""
GUESSES_MIN = 1e8
"""By zxcvbn's estimate (its level 3 of 4). At the 5 attempts in 5 min that one address has, a hundred years take 52
million."""
_WEIGHED_MAX = 72
"""Characters that are weighed: the estimate's work grows with the square of the length."""

_OWN_WORD_MIN = 3
_BESIDE_MIN = 8
"""Characters that a password has beside the words of this place and of the person."""

PLACE_WORDS = (
    "holdfast",
    "clinic",
    "hospital",
    "veterinary",
    "emergency",
    "monitor",
    "bedside",
    "euthanasia",
    "clinician",
    "technician",
    "specialist",
    "handler",
    "investigator",
    "administrator",
)
"""Words that everybody here would try first; the person's own name and login are added to them."""


def check_password(password: str, login: str, name: str = "") -> None:
    """Raises ``OperatorError`` for one that is not taken, and says what to do."""
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        raise OperatorError(
            f"The password has {len(password)} characters.",
            f"Use {PASSWORD_MIN} to {PASSWORD_MAX}; a sentence is fine.",
        )
    if password.casefold() == login:
        raise OperatorError("The password is the login.", "Choose another password.")
    if has_leaked(password):
        raise OperatorError(
            "That password has leaked from another place: it is on the lists that are tried first.",
            "Use four words that have nothing to do with each other, or a sentence of your own.",
        )
    # Its word lists take longer to read than a restart after a failure should wait for.
    from zxcvbn import zxcvbn

    own = [word for word in re.split(r"\W+", f"{login} {name}".casefold()) if len(word) >= _OWN_WORD_MIN]
    words = [*PLACE_WORDS, *own]
    beside = password.casefold()
    for word in sorted(words, key=len, reverse=True):
        beside = beside.replace(word, "")
    if len(beside) < _BESIDE_MIN or zxcvbn(password[:_WEIGHED_MAX], user_inputs=words)["guesses"] < GUESSES_MIN:
        raise OperatorError(
            "That password is among the first that others would try.",
            "Use four words that have nothing to do with each other, or a sentence of your own.",
        )
