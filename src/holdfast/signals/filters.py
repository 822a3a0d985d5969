"""SciPy's filters, fetched when the first of them is needed.

Importing ``scipy.signal`` takes as long as everything else at the start of Holdfast together. Commands that analyse no
signal do not wait for it; a server fetches it with everything else that it prepares (``warm_up``).
"""

from functools import cache
from typing import Any


@cache
def fetch() -> Any:
    """The module ``scipy.signal``. The first call takes some seconds."""
    import scipy.signal

    return scipy.signal


def butter(*design: Any, **more: Any) -> Any:
    """See ``scipy.signal.butter``."""
    return fetch().butter(*design, **more)


def sosfilt(sos: Any, samples: Any, **more: Any) -> Any:
    """See ``scipy.signal.sosfilt``."""
    return fetch().sosfilt(sos, samples, **more)


def sosfilt_zi(sos: Any) -> Any:
    """See ``scipy.signal.sosfilt_zi``."""
    return fetch().sosfilt_zi(sos)
