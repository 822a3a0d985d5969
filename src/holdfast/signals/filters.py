"""SciPy's filters, fetched when the first of them is needed.

Importing ``scipy.signal`` takes as long as everything else at the start of Holdfast together. The pages and the
acknowledgements of monitors do not wait for it; ``fetch`` is called once they are served.
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
