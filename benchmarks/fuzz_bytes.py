"""What the fuzzers share: mutators, and what a target is."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass


class Fault(Exception):  # noqa: N818 - it is found, not raised at anybody
    """What must not be: something was dropped without a word, or an answer has no words."""


@dataclass(frozen=True)
class Target:
    """``check`` takes one case and says in a word what became of it; any exception out of it is a finding."""

    seeds: Sequence[bytes]
    tokens: Sequence[bytes]
    check: Callable[[bytes], str]
    instrumented: tuple[str, ...]
    """Packages whose branches guide the search, where coverage guides it."""
    separators: Sequence[bytes] = (b"\n",)
    header_bytes: int = 1 << 20
    """Most changes fall into so many bytes from the start."""
    close: Callable[[], None] = lambda: None


def mutated(data: bytes, target: Target, rng: random.Random, size_max: int = 1 << 20) -> bytes:
    """One to eight changes: bytes cut, doubled, flipped, overwritten by tokens, pieces shuffled, the end cut off."""
    made = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        reach = min(len(made), target.header_bytes)
        at = rng.randrange(reach + 1)
        stop = min(len(made), at + rng.choice((1, 1, 2, 8, 40, 400)))
        match rng.randrange(9):
            case 0:
                del made[at:stop]
            case 1:
                made[at:at] = rng.choice(target.tokens)
            case 2:
                made[at:at] = made[at:stop]
            case 3 if made:
                made[at % len(made)] = rng.randrange(256)
            case 4:
                made[at:stop] = rng.choice(target.tokens)
            case 5:
                separator = rng.choice(target.separators)
                pieces = bytes(made).split(separator)
                rng.shuffle(pieces)
                made = bytearray(separator.join(pieces))
            case 6:
                separator = rng.choice(target.separators)
                pieces = bytes(made).split(separator)
                pieces[rng.randrange(len(pieces))] = rng.choice(target.tokens)
                made = bytearray(separator.join(pieces))
            case 7:
                made[at:at] = rng.randbytes(rng.randint(1, 16))
            case _:
                if rng.random() < 0.3:
                    made = made[: rng.randrange(len(made) + 1)]
                else:
                    made[at : at + 4] = b"\xff" * 4
    return bytes(made[:size_max])
