"""Order statistics without sorting: the rules need a few ranks of each second."""

from holdfast.kernel.compiled import compiled
from holdfast.signals.chunk import Floats


@compiled
def ranked(values: Floats, low: int, place: int) -> float:
    """The value that sorting ``values`` from ``low`` on would bring to ``place``. Moves them: all before that place are
    then no larger, all after it no smaller."""
    high = values.shape[0] - 1
    while low < high:
        pivot = values[(low + high) // 2]
        i, j = low, high
        while i <= j:
            while values[i] < pivot:
                i += 1
            while values[j] > pivot:
                j -= 1
            if i <= j:
                values[i], values[j] = values[j], values[i]
                i += 1
                j -= 1
        if place <= j:
            high = j
        elif place >= i:
            low = i
        else:
            break
    return float(values[place])
