"""Loops compiled to machine code.

A loop that carries its state from sample to sample gives the same answer for any cutting of the signal, to the last
bit, which array code that works in blocks does not promise. In plain Python it would be too slow for a ward of beds,
and for weighing sets of diseases by the ten thousand.
"""

from collections.abc import Callable
from typing import TypeVar, cast

import numba

_F = TypeVar("_F", bound=Callable[..., object])


def compiled(function: _F) -> _F:
    """The function compiled at its first call (numba, without fast-math: results stay those of IEEE arithmetic).

    The machine code is kept in a folder (``config.keep_machine_code`` says which), where one can be written.
    """
    try:
        made = numba.njit(cache=True)(function)
    except RuntimeError:  # no folder to keep it in: it is compiled anew by each process
        made = numba.njit(function)
    return cast(_F, made)


def compiled_aside(function: _F) -> _F:
    """As ``compiled``, for what takes a second: other threads of the process run meanwhile."""
    try:
        made = numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:
        made = numba.njit(nogil=True)(function)
    return cast(_F, made)
