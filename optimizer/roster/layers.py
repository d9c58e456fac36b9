"""What machines read day by day, as layers of a network: the states before each day, and the arcs to the next day's.

States of all machines together are a row of numbers. Days of one phase are read once; nodes that nothing tells apart
any more become one.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np

from optimizer.roster.machines import Machine, State
from optimizer.roster.network import Floats, Ints, Total


@dataclass(frozen=True, eq=False)
class Layer:
    """Arcs of one day, sorted by the node where they begin."""

    nodes: int
    begin: Ints
    to: Ints
    choice: Ints
    cost: Floats
    gain: Ints


class Days:
    """Days of networks of one case that were read before: the same states on days of one phase lead to the same arcs.

    Each state of a kind of machine has a number here, so that the states of all machines are a row of numbers.
    """

    def __init__(self) -> None:
        self._number: dict[Hashable, dict[State, int]] = {}
        self._state: dict[Hashable, list[State]] = {}
        self._known: dict[Hashable, tuple[Ints, Layer]] = {}
        self._steps: dict[Hashable, _Steps] = {}

    def number(self, kind: Hashable, state: State) -> int:
        """Return the number of a machine's state, a new one where it has none."""
        numbers, states = self._number.setdefault(kind, {}), self._state.setdefault(kind, [])
        if state not in numbers:
            numbers[state] = len(states)
            states.append(state)
        return numbers[state]

    def day(self, key: Hashable, machines: list[tuple[Hashable, Machine]], charged: int, grains: list[int],
            choices: tuple[int, ...], states: Ints, day: int) -> tuple[Ints, Layer]:  # fmt: skip
        """Return the states after a day (n, M), and the arcs that lead there from ``states``."""
        phases = tuple(machine.phase(day) for _, machine in machines)
        known = (key, phases, states.tobytes())
        if known not in self._known:
            steps = [
                self._steps.setdefault((kind, phase, choices), _Steps(len(choices)))
                for (kind, _), phase in zip(machines, phases, strict=True)
            ]
            self._known[known] = self._read(machines, steps, charged, grains, choices, states, day)
        return self._known[known]

    def _read(
        self, machines: list[tuple[Hashable, Machine]], steps: list[_Steps], charged: int, grains: list[int],
        choices: tuple[int, ...], states: Ints, day: int,
    ) -> tuple[Ints, Layer]:  # fmt: skip
        after = np.zeros((len(states), len(choices), len(machines)), np.int64)
        cost = np.zeros((len(states), len(choices)))
        gain = np.zeros((len(states), len(choices), len(grains)), np.int64)
        shared = [k for k, grain in enumerate(grains) if grain]
        for place, (kind, machine) in enumerate(machines):
            own = states[:, place]
            for state in steps[place].unknown(own):
                found = [machine.step(self._state[kind][state], day, choice) for choice in choices]
                steps[place].to[state] = [self.number(kind, to) for to, _ in found]
                steps[place].adds[state] = [more for _, more in found]
            after[:, :, place] = steps[place].to[own]
            if place < charged:
                cost += steps[place].adds[own]
            else:
                k = shared[place - charged]
                gain[:, :, k] = steps[place].adds[own].astype(np.int64) // grains[k]
        begin, chosen = np.nonzero(np.isfinite(cost))
        after = after[begin, chosen]
        first, to = _same_rows(after)
        layer = Layer(
            len(states), begin, to, np.array(choices, np.int64)[chosen] + 1, cost[begin, chosen], gain[begin, chosen]
        )
        return after[first], layer


class _Steps:
    """What a kind of machine does on days of one phase, of each state and choice: filled in as states come up.

    Attributes
    ----------
    to, adds : (states, choices) number of the state after the day, -1 where it is not known yet; what the day adds
    """

    def __init__(self, choices: int) -> None:
        self.to: Ints = np.full((0, choices), -1, np.int64)
        self.adds: Floats = np.zeros((0, choices))

    def unknown(self, states: Ints) -> list[int]:
        """Return those of some states whose steps are still to be filled in, and make room for them."""
        more = int(states.max(initial=-1)) + 1 - len(self.to)
        if more > 0:
            self.to = np.concatenate([self.to, np.full((more, self.to.shape[1]), -1, np.int64)])
            self.adds = np.concatenate([self.adds, np.zeros((more, self.to.shape[1]))])
        asked = np.zeros(len(self.to), bool)
        asked[states] = True
        return np.flatnonzero(asked & (self.to[:, 0] < 0)).tolist()


def _same_rows(rows: Ints) -> tuple[Ints, Ints]:
    """Return a place of each different row, and of each row the number of what it equals."""
    mixed = rows @ np.random.default_rng(1).integers(1, 2**62, rows.shape[1])  # wraps around; equal rows stay equal
    _, first, same = np.unique(mixed, return_index=True, return_inverse=True)
    if not (rows[first[same]] == rows).all():  # two rows fell together by chance: compare them in full
        _, first, same = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    return first, same.ravel()


def read_layers(
    days: int, choices: tuple[int, ...], charged: tuple[Machine, ...], totals: tuple[Total, ...],
    starts: tuple[tuple[State, ...], ...], known: Days,
) -> list[Layer]:  # fmt: skip
    """The states that can be reached day by day, and the arcs between them; ends where nothing leads on."""
    grains = [0 if total.personal else total.grain for total in totals]
    machines = [(machine.kind, machine) for machine in charged]
    machines += [(total.what, total.machine) for total in totals if not total.personal]
    key = choices, tuple(kind for kind, _ in machines), tuple(grains)
    numbers = [
        [known.number(kind, state) for (kind, _), state in zip(machines, start, strict=True)] for start in starts
    ]
    states = np.array(numbers, np.int64).reshape(len(starts), len(machines))
    layers: list[Layer] = []
    for day in range(days):
        states, layer = known.day(key, machines, len(charged), grains, choices, states, day)
        layers.append(layer)
        if not len(states):
            break
    return layers


def merged(layers: list[Layer]) -> tuple[list[Layer], Ints]:
    """Leave out what leads nowhere, and make nodes one that nothing tells apart from there on.

    Returns
    -------
    list of Layer
    ndarray of int
        Node of the first day that each state before it became; -1 where it leads nowhere.
    """
    found: list[Layer] = []
    last = int(layers[-1].to.max(initial=-1)) + 1
    known: Ints = np.zeros(last, np.int64)  # nobody asks in which state the horizon ended
    for layer in reversed(layers):
        to = known[layer.to]
        live = to >= 0
        begin, to, choice, cost, gain = (
            layer.begin[live], to[live], layer.choice[live], layer.cost[live], layer.gain[live],
        )  # fmt: skip
        width = 2 + gain.shape[1]
        table = np.full((layer.nodes, int(layer.choice.max(initial=0)) + 1, width), -1.0)
        table[begin, choice, 0], table[begin, choice, 1], table[begin, choice, 2:] = to, cost, gain
        table = table.reshape(layer.nodes, -1)
        alive = np.flatnonzero(np.bincount(begin, minlength=layer.nodes))
        first, group = _same_rows((table[alive] + 0.0).view(np.int64))  # no row differs by the sign of a zero
        known = np.full(layer.nodes, -1, np.int64)
        known[alive] = group
        kept = np.isin(begin, alive[first])
        order = np.argsort(known[begin[kept]], kind="stable")
        found.append(
            Layer(
                len(first), known[begin[kept]][order], to[kept][order], choice[kept][order], cost[kept][order],
                gain[kept][order],
            )
        )  # fmt: skip
    return found[::-1], known
