"""How well a set of diseases explains what was found and what was looked for and not found.

Findings are noisy-OR with a background rate. Correlated signs of one syndrome share a hidden on/off factor, so
pale gums, slow refill and a weak pulse are not three independent proofs of shock.
"""

from dataclasses import dataclass

import numpy as np

from holdfast.reasoning.evidence import Evidence
from holdfast.reasoning.world import Floats, Ints, World, log_no_show

_TINY = 1e-12

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
    no_show: Floats
    """(..., D+1, C) log(1 - q)."""
    no_leak: Floats
    """(..., C) log(1 - leak)."""

    def log_absent(self, members: Ints, wanted: Ints) -> Floats:
        """log P(finding absent | set) for columns ``wanted``; members (N, K) -> (..., N, len(wanted))."""
        picked = self.no_show[..., wanted]
        total = np.zeros((*picked.shape[:-2], len(members), len(wanted))) + self.no_leak[..., None, wanted]
        for place in range(members.shape[1]):
            total += picked[..., members[:, place], :]
        return total


def point_tables(world: World) -> Tables:
    """The tables at the values of the release."""
    columns = np.arange(len(world.findings))
    return Tables(columns, log_no_show(world.shown, world.leak), np.log1p(-world.leak))


def finding_probability(tables: Tables, members: Ints, wanted: Ints) -> Floats:
    """P(finding present | set), shape (..., N, len(wanted)); ``wanted`` are columns of the tables."""
    return np.asarray(-np.expm1(tables.log_absent(members, wanted)), dtype=np.float64)


def log_likelihood(world: World, tables: Tables, facts: Facts, members: Ints) -> Floats:
    """log P(what was recorded | set), untempered, up to what no hypothesis can change; shape (..., N)."""
    state = facts.state[tables.columns]
    group = world.syndrome[tables.columns]
    alone = group < 0
    total = np.zeros((*tables.no_show.shape[:-2], len(members)))
    absent = np.flatnonzero(alone & (state == ABSENT))
    if absent.size:
        total += tables.log_absent(members, absent).sum(axis=-1)
    present = np.flatnonzero(alone & (state == PRESENT))
    if present.size:
        total += np.log(np.maximum(finding_probability(tables, members, present), _TINY)).sum(axis=-1)
    silent = np.flatnonzero(alone & (state == SILENT))
    if silent.size and world.silence > 0:
        total += np.log1p(-world.silence * finding_probability(tables, members, silent)).sum(axis=-1)
    for number in np.unique(group[~alone]):
        signs = np.flatnonzero(group == number)
        if (state[signs] != NO_SAY).any():
            total += _log_syndrome(world.silence, tables, members, signs, state[signs])
    return total


def _log_syndrome(silence: float, tables: Tables, members: Ints, signs: Ints, state: Ints) -> Floats:
    """One hidden on/off factor: signs are independent given *on* and impossible given *off*."""
    log_absent = tables.log_absent(members, signs)
    log_off = _SYNDROME_WIDTH * log_absent.min(axis=-1)
    on = -np.expm1(log_off)
    share = np.minimum(-np.expm1(log_absent) / on[..., None], 1.0)
    log_on = np.log(on)
    for place, said in enumerate(state):
        sign = share[..., place]
        if said == PRESENT:
            log_on = log_on + np.log(np.maximum(sign, _TINY))
        elif said == ABSENT:
            log_on = log_on + np.log(np.maximum(1.0 - sign, _TINY))
        elif said == SILENT:
            log_on = log_on + np.log1p(-silence * sign)
    if (state == PRESENT).any():
        return np.asarray(log_on, dtype=np.float64)
    return np.asarray(np.logaddexp(log_on, log_off), dtype=np.float64)
