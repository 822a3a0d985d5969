"""Exact probabilities of diseases by a table over subsets of present findings: an oracle for the search.

State: which of the present findings are explained so far. The background and every disease map the table by numbers
that are never negative, so nothing cancels, and sets of any size count. The chances of single diseases come from one
sweep forward and one backward. Knows binary findings only: no syndromes, scales, values, silence or complications.
"""

import numpy as np

from holdfast.reasoning.engine import Question
from holdfast.reasoning.world import Floats


def marginals(question: Question) -> Floats:
    """(D,) probability of each disease given that there is at least one."""
    world, facts = question.world, question.facts
    pi = 1 / (1 + np.exp(-(np.log(world.pi / (1 - world.pi)) + question.shift)))
    own = question.tables.not_shown[:-1]
    shown = 1 - own[:, facts.present]
    negatives = own[:, facts.absent].prod(axis=1)
    size = 1 << len(facts.present)
    start = np.zeros(size)
    start[0] = 1.0
    forward = [_spread(start, world.leak[facts.present])]
    for d in range(world.size):
        forward.append(_disease(forward[-1], pi[d], negatives[d], shown[d]))
    goal = np.zeros(size)
    goal[-1] = 1.0
    backward = goal
    without = np.zeros(world.size)
    for d in reversed(range(world.size)):
        without[d] = (1 - pi[d]) * float(forward[d] @ backward)
        backward = (1 - pi[d]) * backward + pi[d] * negatives[d] * _gather(backward, shown[d])
    everything = float(forward[-1][-1])
    nothing = float(forward[0][-1] * np.prod(1 - pi))
    return np.array((everything - without) / (everything - nothing))


def _disease(table: Floats, pi: float, negatives: float, chances: Floats) -> Floats:
    return np.asarray((1 - pi) * table + pi * negatives * _spread(table, chances))


def _spread(table: Floats, chances: Floats) -> Floats:
    """Each present finding is explained by this cause with its chance, or left as it was."""
    table = table.copy()
    for bit in np.flatnonzero(chances):
        pairs = table.reshape(-1, 2, 1 << int(bit))
        pairs[:, 1] += pairs[:, 0] * chances[bit]
        pairs[:, 0] *= 1 - chances[bit]
    return table


def _gather(value: Floats, chances: Floats) -> Floats:
    """The same step seen from the end: expected value of the state after this cause."""
    value = value.copy()
    for bit in np.flatnonzero(chances):
        pairs = value.reshape(-1, 2, 1 << int(bit))
        pairs[:, 0] = pairs[:, 0] * (1 - chances[bit]) + pairs[:, 1] * chances[bit]
    return value
