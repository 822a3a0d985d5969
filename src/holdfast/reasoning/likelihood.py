"""How well a set of diseases explains what was found and what was looked for and not found.

Findings are noisy-OR with a background rate. Correlated signs of one syndrome share a hidden on/off factor, so
pale gums, slow refill and a weak pulse are not three independent proofs of shock. Steps of a scale are noisy-MAX, a
measured value is used as it is, and what a test says is as good as the test.
"""

from dataclasses import dataclass, replace

import numpy as np

from holdfast.reasoning.evidence import Evidence
from holdfast.reasoning.terms import (
    ABSENT,
    NO_SAY,
    PRESENT,
    SILENT,
    Terms,
    sort_terms,
)
from holdfast.reasoning.values import ValueTables, clipped, value_density
from holdfast.reasoning.weighing import log_recorded, log_silence
from holdfast.reasoning.world import Bools, Floats, Ints, World


@dataclass(frozen=True)
class Facts:
    """Evidence compiled against a world."""

    state: Ints
    """(F,) one state per finding."""
    by_value: Bools
    """(F,) findings that a measured value speaks for: kept for the reader, not counted again."""
    z: Floats
    """(M,) measured values in background standard deviations, NaN where there is none to use."""
    miss: Floats
    """(F,) how often the test that said it misses the finding; 0 for what is simply seen."""
    false_alarm: Floats
    """(F,) how often that test says it wrongly."""
    covers: Bools
    """(M, F) findings that each measure speaks for, as in the world."""

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

    @property
    def said(self) -> Ints:
        """(F,) states without those that a value speaks for."""
        return np.where(self.by_value, NO_SAY, self.state)

    @property
    def measured(self) -> Ints:
        """Indices of measures whose value is used."""
        return np.flatnonzero(~np.isnan(self.z))

    def without(self, finding: int) -> "Facts":
        """The same facts had this finding never been looked for, nor the value that speaks for it been measured."""
        state = self.state.copy()
        state[finding] = NO_SAY
        z = self.z
        if self.by_value[finding]:
            z = np.where(self.covers[:, finding], np.nan, z)
        return replace(self, state=state, z=z)

    def about(self, findings: Ints, finding: int) -> "Facts":
        """What was said of some findings, and of the measured values only those that speak for ``finding``."""
        state = np.full_like(self.state, NO_SAY)
        state[findings] = self.state[findings]
        return replace(self, state=state, z=np.where(self.covers[:, finding], self.z, np.nan))

    def parts(self, world: World) -> tuple["Facts", "Facts"]:
        """What was recorded, with the silence about other signs of the same thing; and all other silence.

        The two are independent given a set: their log likelihoods add up.
        """
        group = np.where(world.syndrome >= 0, world.syndrome, -1)
        for number, levels in enumerate(world.scales):
            group[levels] = world.syndrome.max(initial=-1) + 1 + number
        told = np.unique(group[(np.abs(self.said) == 1) & (group >= 0)])
        apart = (self.state == SILENT) & ~np.isin(group, told)
        heard = replace(self, state=np.where(apart, NO_SAY, self.state))
        rest = replace(self, state=np.where(apart, SILENT, NO_SAY), z=np.full_like(self.z, np.nan))
        return heard, rest

    def spoken(self) -> "Facts":
        """The same facts without the weak evidence of silence."""
        return replace(self, state=np.where(self.state == SILENT, NO_SAY, self.state))


def compile_facts(world: World, evidence: Evidence) -> Facts:
    """States of all findings. Only presenting-stage findings can be silent: a test not done says nothing."""
    silent = world.presenting & world.linked & (world.silence > 0)
    state = np.where(silent, SILENT, NO_SAY).astype(np.int64)
    miss, false_alarm = np.zeros(len(state)), np.zeros(len(state))
    for key, observed in evidence.findings.items():
        place = world.finding_index.get(key)
        if place is None:
            continue
        state[place] = PRESENT if observed.present else ABSENT
        accuracy = world.accuracy.get(observed.test or world.easiest.get(place, ""), {}).get(place)
        if accuracy is not None:
            miss[place], false_alarm[place] = 1.0 - accuracy.sensitivity, 1.0 - accuracy.specificity
    z = np.full(len(world.measures), np.nan)
    by_value = np.zeros(len(state), dtype=bool)
    moved = (world.values.shift != 0).any(axis=0)
    for column, key in enumerate(world.measures):
        given = evidence.values.get(key)
        at = world.places[column](given.value) if given is not None and bool(moved[column]) else None
        # Of two values that say the same the first of the release is used.
        if at is not None and (world.covers[column] & ~by_value).any():
            z[column] = at
            by_value |= world.covers[column]
    return Facts(state, by_value, clipped(world.values, z), miss, false_alarm, world.covers)


@dataclass(frozen=True)
class Tables:
    """Finding parameters for some columns of the world; leading axes are draws of the parameters."""

    columns: Ints
    """(C,) finding index of each column."""
    not_shown: Floats
    """(..., D+1, C) 1 - q; the last row, all 1, is the empty place in a set."""
    no_leak: Floats
    """(..., C) 1 - leak."""
    values: ValueTables

    def among(self, findings: Ints) -> "Tables":
        """The tables of some findings of the world only, ascending; all of them must be here."""
        places = np.searchsorted(self.columns, findings)
        return Tables(findings, self.not_shown[..., places], self.no_leak[..., places], self.values)

    @property
    def drawn(self) -> tuple[Floats, Floats]:
        """(not_shown, no_leak) with one leading axis of draws, a single one at the values of the release."""
        shown = self.not_shown
        return (shown if shown.ndim == 3 else shown[None]), np.atleast_2d(self.no_leak)

    def absent(self, members: Ints, wanted: Ints) -> Floats:
        """P(finding absent | set) for columns ``wanted``; members (N, K) -> (..., N, len(wanted))."""
        picked = self.not_shown[..., wanted]
        empty = picked.shape[-2] - 1
        total = picked[..., members[:, 0], :] * self.no_leak[..., None, wanted]
        for place in range(1, members.shape[1]):
            filled = np.flatnonzero(members[:, place] != empty)
            if filled.size == len(members):
                total *= picked[..., members[:, place], :]
            elif filled.size:
                total[..., filled, :] *= picked[..., members[filled, place], :]
        return np.asarray(total, dtype=np.float64)


def point_tables(world: World) -> Tables:
    """The tables at the values of the release."""
    return Tables(np.arange(len(world.findings)), world.not_shown, 1.0 - world.leak, world.values)


def finding_probability(tables: Tables, members: Ints, wanted: Ints) -> Floats:
    """P(finding present | set), shape (..., N, len(wanted)); ``wanted`` are columns of the tables."""
    return 1.0 - tables.absent(members, wanted)


def terms_of(world: World, tables: Tables, facts: Facts) -> Terms:
    """What was recorded, sorted, over the columns of the tables. Scales and syndromes must stand there whole."""
    column_of = np.full(len(world.findings), -1)
    column_of[tables.columns] = np.arange(len(tables.columns))
    return sort_terms(
        facts.said[tables.columns],
        facts.miss[tables.columns],
        facts.false_alarm[tables.columns],
        world.syndrome[tables.columns],
        tuple(column_of[levels] for levels in world.scales if (column_of[levels] >= 0).all()),
        world.silence,
    )


def log_likelihood(world: World, tables: Tables, facts: Facts, members: Ints) -> Floats:
    """log P(what was recorded | set), untempered, up to what no hypothesis can change; shape (..., N)."""
    members = members[:, : max(1, int((members < world.size).any(axis=0).sum()))]  # empty places stand last
    terms = terms_of(world, tables, facts)
    not_shown, no_leak = tables.drawn
    total = log_recorded(terms, not_shown, no_leak, members).reshape(*tables.not_shown.shape[:-2], len(members))
    if terms.absent.size:
        total += log_absent(tables, terms.absent)[..., members].sum(axis=-1)
        total += np.log(tables.no_leak[..., terms.absent]).sum(axis=-1)[..., None]
    total += log_values(tables, facts, members)
    state = facts.said[tables.columns]
    alone = (world.syndrome[tables.columns] < 0) & ~world.on_scale[tables.columns]
    silent = np.flatnonzero(alone & (state == SILENT))
    if silent.size and world.silence > 0:
        total += log_silence(world.silence, silent, not_shown, no_leak, members).reshape(total.shape)
    return np.asarray(total, dtype=np.float64)


def log_alone(tables: Tables, terms: Terms, members: Ints) -> tuple[Ints, Floats]:
    """(columns that are weighed by themselves, (N, C) log P(what was recorded of each | set))."""
    singles, absent = terms.singles, terms.absent
    columns = np.concatenate([singles.columns, absent])
    base = np.concatenate([singles.base, np.zeros(len(absent))])
    slope = np.concatenate([singles.slope, np.ones(len(absent))])
    p = base + slope * tables.absent(members, columns)
    return columns, np.asarray(np.log(np.maximum(p, 1e-12)), dtype=np.float64)


def log_absent(tables: Tables, absent: Ints) -> Floats:
    """(..., D+1) what each disease takes from the logarithm of finding nothing in these columns."""
    return np.asarray(np.log(np.maximum(tables.not_shown[..., absent], 1e-12)).sum(axis=-1), dtype=np.float64)


def log_values(tables: Tables, facts: Facts, members: Ints) -> Floats:
    """Logarithm of the density of the measured values; 0 without any."""
    used = facts.measured
    if not used.size:
        return np.zeros((*tables.not_shown.shape[:-2], len(members)))
    some = ValueTables(tables.values.shift[..., used], tables.values.extra[..., used], tables.values.middle[..., used])
    return np.asarray(np.log(value_density(some, facts.z[used], members)).sum(axis=-1), dtype=np.float64)
