"""How boldly a probability is claimed: what inference gives, corrected by how often such claims were true.

Inference believes its numbers, and most of them are estimates. On drawn dogs whose numbers were off as far as ours may
be, a cause that it held for three quarters likely was there in six of ten. A higher temperature for everything mended
that too, and put the true causes of published dogs lower. So ranks, fit and tests rest on what inference gives; only
the claim is smaller. Claims below one in ten stay: a treatable cause is not made smaller where it may drop off a list.
"""

from typing import overload

import numpy as np

from holdfast.reasoning.world import Floats

FROM = 0.1
"""Claims up to this probability stay as they are."""
_EDGE = 1e-12


@overload
def claimed(p: float, slope: float) -> float: ...
@overload
def claimed(p: Floats, slope: float) -> Floats: ...
def claimed(p: Floats | float, slope: float) -> Floats | float:
    """``p`` (any shape) with log odds above those of ``FROM`` multiplied by ``slope`` (0 to 1); keeps every order."""
    inner = np.clip(np.asarray(p, dtype=np.float64), _EDGE, 1 - _EDGE)
    start = np.log(FROM / (1 - FROM))
    log_odds = start + slope * (np.log(inner / (1 - inner)) - start)
    answer = np.where(np.asarray(p) > FROM, 1.0 / (1.0 + np.exp(-log_odds)), p)
    return float(answer) if np.ndim(p) == 0 else answer
