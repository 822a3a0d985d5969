"""A page or an answer of the API: where it lies, what its route is called, and who makes its handler."""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from holdfast.web.gate import FORMS, Call, Handler, Takes


class Page(NamedTuple):
    """One row of a module's ``PAGES``; who may open it stands in ``access`` under the same name."""

    method: str
    path: str
    name: str
    make: Callable[[], Handler]
    """Makes the handler; some keep state for the life of one application."""
    takes: Takes = FORMS
    """What may be posted to it."""
    first: Callable[[Call], object] | None = None
    """What must hold before the body is read, where the key is no session: it raises for who has none."""
    reads: type[msgspec.Struct] | None = None
    """What a JSON body is read as; for the description of the API."""
