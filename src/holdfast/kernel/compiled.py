"""Loops compiled to machine code.

A loop that carries its state from sample to sample gives the same answer for any cutting of the signal, to the last
bit, which array code that works in blocks does not promise. In plain Python it would be too slow for a ward of beds,
and for weighing sets of diseases by the ten thousand.

The compiler is fetched at the first call of a loop: importing it takes longer than opening a record, and a monitor that
is listened to first waits for less after a restart.
"""

import functools
import threading
from collections.abc import Callable
from typing import Any, TypeVar, cast

_F = TypeVar("_F", bound=Callable[..., object])


class Compiled:
    """One loop. Compiled loops that call it find it by ``_numba_type_``, which the compiler asks every value for."""

    _making = threading.RLock()

    def __init__(self, function: Callable[..., object], *, aside: bool) -> None:
        functools.update_wrapper(self, function)
        self._function, self._aside = function, aside
        self._made: Any = None

    def __call__(self, *arguments: Any) -> Any:
        return (self._made or self._make())(*arguments)

    @property
    def _numba_type_(self) -> Any:
        return (self._made or self._make())._numba_type_

    @property
    def signatures(self) -> list[Any]:
        """Types of arguments that it was compiled for so far."""
        return self._made.signatures if self._made else []

    def _make(self) -> Any:
        with self._making:
            if self._made is None:
                import numba

                try:
                    self._made = numba.njit(cache=True, nogil=self._aside)(self._function)
                except RuntimeError:  # no folder to keep it in: it is compiled anew by each process
                    self._made = numba.njit(nogil=self._aside)(self._function)
            return self._made


def compiled(function: _F) -> _F:
    """The function compiled at its first call (numba, without fast-math: results stay those of IEEE arithmetic).

    The machine code is kept in a folder (``config.keep_machine_code`` says which), where one can be written.
    """
    return cast(_F, Compiled(function, aside=False))


def compiled_aside(function: _F) -> _F:
    """As ``compiled``, for what takes a second: other threads of the process run meanwhile."""
    return cast(_F, Compiled(function, aside=True))
