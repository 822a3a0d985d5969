"""The 50 000 commonest passwords of 10 characters or more among ten million that leaked from other places.

Kept as the first 6 bytes of the SHA-256 of each in lower case, in order: enough to recognise one, and no list of words
that nobody wants to read. Of 10^9 other passwords fewer than one is taken for one of them. The list is Mark Burnett's,
as SecLists (MIT licence, https://github.com/danielmiessler/SecLists) hands it on; ``tools/leaked_passwords.py`` makes
the file of it.
"""

import hashlib
from bisect import bisect_left
from functools import lru_cache
from importlib import resources

PREFIX_BYTES = 6
SHORTEST = 10
"""Shorter ones are refused for their length."""


def has_leaked(password: str) -> bool:
    """Whether this password, in any case of its letters, is on the list."""
    prefixes = _prefixes()
    wanted = prefix_of(password)
    at = bisect_left(prefixes, wanted)
    return at < len(prefixes) and prefixes[at] == wanted


def prefix_of(password: str) -> bytes:
    """What stands in the file for it."""
    return hashlib.sha256(password.casefold().encode()).digest()[:PREFIX_BYTES]


@lru_cache(maxsize=1)
def _prefixes() -> tuple[bytes, ...]:
    packed = resources.files("holdfast.knowledge").joinpath("leaked_passwords.bin").read_bytes()
    return tuple(packed[at : at + PREFIX_BYTES] for at in range(0, len(packed), PREFIX_BYTES))
