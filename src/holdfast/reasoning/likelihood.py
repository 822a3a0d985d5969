"""How well a set of diseases explains what was found and what was looked for and not found.

Findings are noisy-OR with a background rate. Correlated signs of one syndrome share a hidden on/off factor, so
pale gums, slow refill and a weak pulse are not three independent proofs of shock.
"""

from dataclasses import dataclass

import numpy as np

from holdfast.reasoning.evidence import Evidence
from holdfast.reasoning.world import Floats, Ints, World, not_shown

_TINY = 1e-12
_SMALLEST = 1e-300
_PIECE = 64

_SYNDROME_WIDTH = 1.5
"""How much more often a syndrome is on than its commonest sign shows: P(off) = P(commonest sign absent)^1.5.

1 would make the signs copies of each other, a large number would make them independent. Whatever the width, a
single sign keeps exactly its published frequency. (estimate, ours)
"""

PRESENT, ABSENT, SILENT, NO_SAY = 1, -1, 0, 2
"""State of a finding: seen; looked for and absent; not recorded though usually written down; says nothing."""


@dataclass(frozen=True)
class Facts:
    """Evidence compiled against a world: one state per finding, shape (F,)."""

    state: Ints

    @property
    def observed(self) -> Ints:
        """Indices of findings that were recorded, present or absent."""
        return np.flatnonzero(np.abs(self.state) == 1)

    @property
    def present(self) -> Ints:
        return np.flatnonzero(self.state == PRESENT)

    @property
    def absent(self) -> Ints:
        return np.flatnonzero(self.state == ABSENT)

    def without(self, finding: int) -> "Facts":
        """The same facts had this finding never been looked for."""
        state = self.state.copy()
        state[finding] = NO_SAY
        return Facts(state)

    def spoken(self) -> "Facts":
        """The same facts without the weak evidence of silence."""
        return Facts(np.where(self.state == SILENT, NO_SAY, self.state))


def compile_facts(world: World, evidence: Evidence) -> Facts:
    """States of all findings. Only presenting-stage findings can be silent: a test not done says nothing."""
    silent = world.presenting & world.linked & (world.silence > 0)
    state = np.where(silent, SILENT, NO_SAY).astype(np.int64)
    for key, observed in evidence.findings.items():
        place = world.finding_index.get(key)
        if place is not None:
            state[place] = PRESENT if observed.present else ABSENT
    return Facts(state)


@dataclass(frozen=True)
class Tables:
    """Finding parameters for some columns of the world; leading axes are draws of the parameters."""

    columns: Ints
    """(C,) finding index of each column."""
    not_shown: Floats
    """(..., D+1, C) 1 - q; the last row, all 1, is the empty place in a set."""
    no_leak: Floats
    """(..., C) 1 - leak."""

    def absent(self, members: Ints, wanted: Ints) -> Floats:
        """P(finding absent | set) for columns ``wanted``; members (N, K) -> (..., N, len(wanted))."""
        picked = self.not_shown[..., wanted]
        empty = picked.shape[-2] - 1
        total = picked[..., members[:, 0], :] * self.no_leak[..., None, wanted]
        for place in range(1, members.shape[1]):
            if (members[:, place] != empty).any():
                total *= picked[..., members[:, place], :]
        return np.asarray(total, dtype=np.float64)


def point_tables(world: World) -> Tables:
    """The tables at the values of the release."""
    columns = np.arange(len(world.findings))
    return Tables(columns, not_shown(world.shown, world.leak), 1.0 - world.leak)


def finding_probability(tables: Tables, members: Ints, wanted: Ints) -> Floats:
    """P(finding present | set), shape (..., N, len(wanted)); ``wanted`` are columns of the tables."""
    return 1.0 - tables.absent(members, wanted)


def log_likelihood(world: World, tables: Tables, facts: Facts, members: Ints) -> Floats:
    """log P(what was recorded | set), untempered, up to what no hypothesis can change; shape (..., N)."""
    state = facts.state[tables.columns]
    group = world.syndrome[tables.columns]
    alone = group < 0
    total = np.zeros((*tables.not_shown.shape[:-2], len(members)))
    absent = np.flatnonzero(alone & (state == ABSENT))
    if absent.size:
        total += np.log(tables.absent(members, absent)).sum(axis=-1)
    present = np.flatnonzero(alone & (state == PRESENT))
    if present.size:
        total += np.log(np.maximum(finding_probability(tables, members, present), _TINY)).sum(axis=-1)
    silent = np.flatnonzero(alone & (state == SILENT))
    if silent.size and world.silence > 0:
        total += _log_silence(world.silence, tables, members, silent)
    for number in np.unique(group[~alone]):
        signs = np.flatnonzero(group == number)
        if (state[signs] != NO_SAY).any():
            total += _log_syndrome(world.silence, tables, members, signs, state[signs])
    return total


def _log_silence(silence: float, tables: Tables, members: Ints, silent: Ints) -> Floats:
    """log of the product of 1 - silence * P(present); in pieces, because a product of hundreds would underflow."""
    total = np.zeros((*tables.not_shown.shape[:-2], len(members)))
    for start in range(0, len(silent), _PIECE):
        absent = tables.absent(members, silent[start : start + _PIECE])
        absent *= silence
        absent += 1.0 - silence
        total += np.log(np.maximum(absent.prod(axis=-1), _SMALLEST))
    return total


def _log_syndrome(silence: float, tables: Tables, members: Ints, signs: Ints, state: Ints) -> Floats:
    """One hidden on/off factor: signs are independent given *on* and impossible given *off*."""
    absent = tables.absent(members, signs)
    off = absent.min(axis=-1) ** _SYNDROME_WIDTH
    on = 1.0 - off
    share = np.minimum((1.0 - absent) / on[..., None], 1.0)
    given_on = np.ones_like(on)
    for place, said in enumerate(state):
        sign = share[..., place]
        if said == PRESENT:
            given_on = given_on * sign
        elif said == ABSENT:
            given_on = given_on * (1.0 - sign)
        elif said == SILENT:
            given_on = given_on * (1.0 - silence * sign)
    given_off = 0.0 if (state == PRESENT).any() else 1.0
    return np.asarray(np.log(np.maximum(on * given_on + off * given_off, _SMALLEST)), dtype=np.float64)
