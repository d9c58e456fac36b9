"""The lines of work that a contract allows, as a network: every legal line is a path, and its length its cost.

Sets
    days d; nodes before each day, one for each set of states that the machines of the rules can be in and that the rest
    of a line tells apart; arcs from a day's nodes to the next day's, one for each choice: off, or a type of shift;
    totals k (minutes, weekends, shifts of some types), counted along the arcs.
Decisions
    one arc on each day.
Cost of an arc
    what the rules on stretches charge there, and the employee's own cost of the day (wishes); arcs that a hard rule
    forbids are left out.
Cost at the end
    what the rules charge for each total, infinite where they are hard.

Employees with the same rules share a network. Totals are either *exact*, a coordinate of the costs to go, or *priced*:
a multiplier stands for them there. Soft rules thus cost what `models.roster.rules` says they do.
"""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.roster.records import Rule
from optimizer.roster.machines import Machine, State

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

EXACT_WORK = 3_000_000
"""Totals are exact as long as arcs times their coordinates stay below this."""


class LineNetwork(NamedTuple):
    """Nodes, arcs and totals of the lines of work that some rules allow.

    Attributes
    ----------
    first_node : (D + 2,) where the nodes of each day begin
    first_arc : (N + 1,) where the arcs of each node begin
    to : (A,) node of the next day
    choice, day : (A,) 0 = off, else 1 + place of the type of shift in the case; the arc's day
    cost : (A,) what the rules charge
    step : (A,) added to the coordinate of the exact totals
    add : (A, K) added to each priced total
    coordinate_cost : (F,) what the rules charge for the exact totals
    dead : (n,) coordinates that stand for no totals
    low, high : (D + 1,) coordinates from which a legal line can still end, half open
    total_cost : (K, C) what the rules charge for the priced totals
    no_worse : (K, C, C) what the first total costs more than the second at most, whatever follows
    """

    first_node: Ints
    first_arc: Ints
    to: Ints
    choice: Ints
    day: Ints
    cost: Floats
    step: Ints
    add: Ints
    coordinate_cost: Floats
    dead: Ints
    low: Ints
    high: Ints
    total_cost: Floats
    no_worse: Floats

    @property
    def days(self) -> int:
        """Days of the horizon."""
        return len(self.first_node) - 2

    @property
    def cells(self) -> int:
        """Entries of the costs to go."""
        return (len(self.first_arc) - 1) * self.width

    @property
    def width(self) -> int:
        """Entries of a node in the costs to go: beyond the coordinates there is room for one step."""
        return len(self.coordinate_cost) + int(self.step.max(initial=0))


@dataclass(frozen=True, eq=False)
class Total:
    """A total that is charged at the end.

    Attributes
    ----------
    machine : counts it
    what : names what is counted, and when
    grain : every count is a multiple of it
    personal : whether what a choice adds differs from person to person
    """

    machine: Machine
    what: Hashable
    grain: int
    personal: bool = False


@dataclass(frozen=True)
class Person:
    """What one of those who share a network has for oneself.

    Attributes
    ----------
    states : before the horizon, of all machines but those of personal totals
    counts : of each total there, in its grains
    bounds : rules on each total, each with what was counted before the days that are known
    refused : of each day, how many requests a day off and each type of shift refuse; empty where nothing counts them
    """

    states: tuple[State, ...]
    counts: tuple[int, ...]
    bounds: tuple[tuple[Rule, ...], ...]
    refused: tuple[tuple[int, ...], ...]

    def last_allowed(self, k: int, grain: int) -> float:
        """Return the largest total that no hard rule forbids, in grains."""
        hard = [(rule.most - rule.before) / grain for rule in self.bounds[k] if rule.price is None]
        least = min(hard, default=math.inf)
        return least if math.isinf(least) else math.floor(least)

    def cost(self, k: int, grain: int, most: int) -> Floats:
        """Return what each value of a total from 0 to ``most`` grains costs."""
        counts = [total * grain for total in range(most + 1)]
        costs = [sum(rule.cost(rule.miss(rule.before + count)) for rule in self.bounds[k]) for count in counts]
        return np.array(costs, np.float64)


@dataclass(frozen=True, eq=False)
class _Layer:
    """Arcs of one day, sorted by the node where they begin."""

    nodes: int
    begin: Ints
    to: Ints
    choice: Ints
    cost: Floats
    gain: Ints


class Begun(NamedTuple):
    """A person's network, the node, coordinate and priced totals at the begin, and what choices add to the latter."""

    network: LineNetwork | None
    node: int
    coordinate: int
    totals: Ints
    own_add: Ints


def line_network(
    days: int,
    choices: tuple[int, ...],
    charged: tuple[Machine, ...],
    totals: tuple[Total, ...],
    people: list[Person],
    known: Days,
) -> list[Begun]:
    """Build the network of some machines for all people who share it.

    Parameters
    ----------
    choices : types of shift that may be worked, and `OFF`
    charged : machines of the rules that are charged day by day
    known : days that were read before, for networks of the same case

    Returns
    -------
    list of Begun
        Of each person; the networks share all but the costs of the totals.
    """
    starts = tuple(dict.fromkeys(person.states for person in people))
    every = _layers(days, choices, charged, totals, starts, known)
    if not len(every[-1].to):
        return [Begun(None, -1, 0, np.zeros(0, np.int64), np.zeros((days, 1, 0), np.int64)) for _ in people]
    layers, node_of = _merged(every)
    nodes = [int(node_of[starts.index(person.states)]) for person in people]
    counted = np.full((layers[0].nodes, len(totals), 2), -1, np.int64)
    for node, person in zip(nodes, people, strict=True):
        if node >= 0:
            old = counted[node]
            counted[node, :, 0] = np.where(old[:, 0] < 0, person.counts, np.minimum(old[:, 0], person.counts))
            counted[node, :, 1] = np.maximum(old[:, 1], person.counts)
    return _assembled(layers, totals, people, nodes, counted)


class Days:
    """Days of networks of one case that were read before: the same states on days of one phase lead to the same arcs.

    Each state of a kind of machine has a number here, so that the states of all machines are a row of numbers.
    """

    def __init__(self) -> None:
        self._number: dict[Hashable, dict[State, int]] = {}
        self._state: dict[Hashable, list[State]] = {}
        self._known: dict[Hashable, tuple[Ints, _Layer]] = {}

    def number(self, kind: Hashable, state: State) -> int:
        """Return the number of a machine's state, a new one where it has none."""
        numbers, states = self._number.setdefault(kind, {}), self._state.setdefault(kind, [])
        if state not in numbers:
            numbers[state] = len(states)
            states.append(state)
        return numbers[state]

    def day(self, key: Hashable, machines: list[tuple[Hashable, Machine]], charged: int, grains: list[int],
            choices: tuple[int, ...], states: Ints, day: int) -> tuple[Ints, _Layer]:  # fmt: skip
        """Return the states after a day (n, M), and the arcs that lead there from ``states``."""
        known = (key, tuple(machine.phase(day) for _, machine in machines), states.tobytes())
        if known not in self._known:
            self._known[known] = self._read(machines, charged, grains, choices, states, day)
        return self._known[known]

    def _read(
        self, machines: list[tuple[Hashable, Machine]], charged: int, grains: list[int], choices: tuple[int, ...],
        states: Ints, day: int,
    ) -> tuple[Ints, _Layer]:  # fmt: skip
        count = len(choices)
        after = np.zeros((len(states), count, len(machines)), np.int64)
        cost = np.zeros((len(states), count))
        gain = np.zeros((len(states), count, len(grains)), np.int64)
        shared = [k for k, grain in enumerate(grains) if grain]
        for place, (kind, machine) in enumerate(machines):
            used, rows = np.unique(states[:, place], return_inverse=True)
            steps = [
                [machine.step(self._state[kind][state], day, choice) for choice in choices] for state in used.tolist()
            ]
            after[:, :, place] = np.array([[self.number(kind, to) for to, _ in row] for row in steps])[rows]
            adds = np.array([[more for _, more in row] for row in steps])[rows]
            if place < charged:
                cost += adds
            else:
                k = shared[place - charged]
                gain[:, :, k] = adds.astype(np.int64) // grains[k]
        begin, chosen = np.nonzero(np.isfinite(cost))
        after = after[begin, chosen]
        first, to = _same_rows(after)
        layer = _Layer(
            len(states), begin, to, np.array(choices, np.int64)[chosen] + 1, cost[begin, chosen], gain[begin, chosen]
        )
        return after[first], layer


def _same_rows(rows: Ints) -> tuple[Ints, Ints]:
    """Return a place of each different row, and of each row the number of what it equals."""
    mixed = rows @ np.random.default_rng(1).integers(1, 2**62, rows.shape[1])  # wraps around; equal rows stay equal
    _, first, same = np.unique(mixed, return_index=True, return_inverse=True)
    if not (rows[first[same]] == rows).all():  # two rows fell together by chance: compare them in full
        _, first, same = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    return first, same.ravel()


def _layers(
    days: int, choices: tuple[int, ...], charged: tuple[Machine, ...], totals: tuple[Total, ...],
    starts: tuple[tuple[State, ...], ...], known: Days,
) -> list[_Layer]:  # fmt: skip
    """The states that can be reached day by day, and the arcs between them; ends where nothing leads on."""
    grains = [0 if total.personal else total.grain for total in totals]
    machines = [(machine.kind, machine) for machine in charged]
    machines += [(total.what, total.machine) for total in totals if not total.personal]
    key = choices, tuple(kind for kind, _ in machines), tuple(grains)
    numbers = [
        [known.number(kind, state) for (kind, _), state in zip(machines, start, strict=True)] for start in starts
    ]
    states = np.array(numbers, np.int64).reshape(len(starts), len(machines))
    layers: list[_Layer] = []
    for day in range(days):
        states, layer = known.day(key, machines, len(charged), grains, choices, states, day)
        layers.append(layer)
        if not len(states):
            break
    return layers


def _merged(layers: list[_Layer]) -> tuple[list[_Layer], Ints]:
    """Leave out what leads nowhere, and make nodes one that nothing tells apart from there on.

    Returns
    -------
    list of _Layer
    ndarray of int
        Node of the first day that each state before it became; -1 where it leads nowhere.
    """
    found: list[_Layer] = []
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
        _, first, group = np.unique(table[alive], axis=0, return_index=True, return_inverse=True)
        known = np.full(layer.nodes, -1, np.int64)
        known[alive] = group.ravel()
        kept = np.isin(begin, alive[first])
        order = np.argsort(known[begin[kept]], kind="stable")
        found.append(
            _Layer(
                len(first), known[begin[kept]][order], to[kept][order], choice[kept][order], cost[kept][order],
                gain[kept][order],
            )
        )  # fmt: skip
    return found[::-1], known


def _assembled(
    layers: list[_Layer], totals: tuple[Total, ...], people: list[Person], nodes: list[int], counted: Ints
) -> list[Begun]:
    """Number nodes and arcs through, and choose which totals are exact."""
    days, grains = len(layers), [total.grain for total in totals]
    first_node = np.concatenate([[0], np.cumsum([layer.nodes for layer in layers] + [1])]).astype(np.int64)
    begin = np.concatenate([layer.begin + first_node[day] for day, layer in enumerate(layers)])
    gain = np.concatenate([layer.gain for layer in layers])
    so_far, to_come = _ranges(layers, counted)
    personal = [k for k, total in enumerate(totals) if total.personal]
    refused = max((sum(map(max, person.refused)) for person in people), default=0)
    reach = np.array([refused if k in personal else so_far[-1, k, 1] for k in range(len(totals))], np.int64)
    costs = [[person.cost(k, grains[k], int(reach[k])) for k in range(len(totals))] for person in people]
    allowed = [max(person.last_allowed(k, grain) for person in people) for k, grain in enumerate(grains)]
    most = np.minimum(reach, np.array(allowed, np.float64)).astype(np.int64)
    binding = [k for k in range(len(totals)) if any(cost[k].any() for cost in costs)]
    exact = _exact(len(gain), [k for k in binding if k not in personal], most, so_far, gain, costs[0])
    priced = [k for k in binding if k not in exact]
    shape = [int(most[k]) + 1 + (int(gain[:, k].max(initial=0)) if most[k] < reach[k] else 0) for k in exact]
    stride = np.concatenate([[1], np.cumprod(shape)]).astype(np.int64)
    where = [np.arange(stride[-1]) // stride[place] % shape[place] for place in range(len(exact))]
    beyond = [where[place] > most[k] for place, k in enumerate(exact)]
    low, high = _window(exact, stride, so_far, to_come, most, [cost[exact[-1]] for cost in costs] if exact else [])
    shared = LineNetwork(
        first_node=first_node,
        first_arc=np.searchsorted(begin, np.arange(first_node[-1] + 1)).astype(np.int64),
        to=np.concatenate([layer.to + first_node[day + 1] for day, layer in enumerate(layers)]),
        choice=np.concatenate([layer.choice for layer in layers]),
        day=np.concatenate([np.full(len(layer.to), day, np.int64) for day, layer in enumerate(layers)]),
        cost=np.concatenate([layer.cost for layer in layers]),
        step=gain[:, exact] @ stride[: len(exact)],
        add=np.ascontiguousarray(gain[:, priced]),
        coordinate_cost=np.zeros(0),
        dead=np.flatnonzero(np.logical_or.reduce(beyond)) if beyond else np.zeros(0, np.int64),
        low=low, high=high,
        total_cost=np.zeros((0, 0)), no_worse=np.zeros((0, 0, 0)),
    )  # fmt: skip
    found: list[Begun] = []
    known: dict[Hashable, LineNetwork] = {}
    for person, node, cost in zip(people, nodes, costs, strict=True):
        if person.bounds not in known:
            coordinate_cost = np.zeros(int(stride[-1]))
            for place, k in enumerate(exact):
                padded = np.append(cost[k][: most[k] + 1], np.full(shape[place] - int(most[k]) - 1, np.inf))
                coordinate_cost += padded[where[place]]
            tables = _price_tables([cost[k] for k in priced])
            known[person.bounds] = shared._replace(
                coordinate_cost=coordinate_cost, total_cost=tables[0], no_worse=tables[1]
            )
        counts = np.array(person.counts, np.int64)
        own_add = np.zeros((days, int(shared.choice.max(initial=0)) + 1, len(priced)), np.int64)
        for place, k in enumerate(priced):
            if k in personal:
                own_add[:, :, place] = np.array(person.refused)[:, : own_add.shape[1]]
        coordinate = int(counts[exact] @ stride[: len(exact)])
        found.append(Begun(known[person.bounds], node, coordinate, counts[priced], own_add))
    return found


def _ranges(layers: list[_Layer], counted: Ints) -> tuple[Ints, Ints]:
    """Least and most of each total before each day (D + 1, K, 2), and from each day on.

    ``counted`` (n, K, 2) holds both for the first day's nodes.
    """
    days, count = len(layers), counted.shape[1]
    so_far, to_come = np.zeros((days + 1, count, 2), np.int64), np.zeros((days + 1, count, 2), np.int64)
    for k in range(count):
        ahead: list[Ints] = [np.zeros((1, 2), np.int64)]
        for layer in reversed(layers):
            reached = ahead[-1][layer.to] + layer.gain[:, [k]]
            here = np.stack([np.full(layer.nodes, np.iinfo(np.int64).max), np.full(layer.nodes, -1)], 1)
            np.minimum.at(here[:, 0], layer.begin, reached[:, 0])
            np.maximum.at(here[:, 1], layer.begin, reached[:, 1])
            ahead.append(here)
        for day, here in enumerate(reversed(ahead)):
            to_come[day, k] = here[:, 0].min(initial=0), here[:, 1].max(initial=0)
        behind = counted[:, k]
        so_far[0, k] = behind[:, 0].min(initial=0), behind[:, 1].max(initial=0)
        for day, layer in enumerate(layers):
            size = layers[day + 1].nodes if day + 1 < days else 1
            reached = behind[layer.begin] + layer.gain[:, [k]]
            behind = np.stack([np.full(size, np.iinfo(np.int64).max), np.full(size, -1)], 1)
            np.minimum.at(behind[:, 0], layer.to, reached[:, 0])
            np.maximum.at(behind[:, 1], layer.to, reached[:, 1])
            so_far[day + 1, k] = behind[:, 0].min(initial=0), behind[:, 1].max(initial=0)
    return so_far, to_come


def _exact(arcs: int, some: list[int], most: Ints, so_far: Ints, gain: Ints, costs: list[Floats]) -> list[int]:
    """Choose totals that become coordinates, the largest last: tight ones first, while the work allows.

    A total is tight where few of the values that lines could give it are free of cost.
    """
    free = {k: np.count_nonzero(costs[k] == 0) / max(1, int(so_far[-1, k, 1])) for k in some}
    chosen: list[int] = []
    work = float(arcs)
    for k in sorted(some, key=lambda k: (free[k], int(most[k]))):
        size = int(most[k]) + 1 + int(gain[:, k].max(initial=0))
        if work * size <= EXACT_WORK:
            work *= size
            chosen.append(k)
    return sorted(chosen, key=lambda k: int(most[k]))


def _window(
    exact: list[int], stride: Ints, so_far: Ints, to_come: Ints, most: Ints, costs: list[Floats]
) -> tuple[Ints, Ints]:
    """Coordinates that anybody's legal line can have before each day, by the total with the largest stride."""
    days = len(so_far)
    if not exact:
        return np.zeros(days, np.int64), np.ones(days, np.int64)
    k, step = exact[-1], stride[len(exact) - 1]
    allowed = np.flatnonzero(np.logical_or.reduce([np.isfinite(cost) for cost in costs]))
    least, last = (int(allowed[0]), int(allowed[-1])) if len(allowed) else (0, 0)
    low = np.maximum(so_far[:, k, 0], least - to_come[:, k, 1])
    high = np.minimum(so_far[:, k, 1], last - to_come[:, k, 0])
    return np.maximum(low, 0) * step, np.maximum(np.minimum(high, most[k]) + 1, 0) * step


def _price_tables(costs: list[Floats]) -> tuple[Floats, Floats]:
    """Costs of the priced totals side by side, and what one total costs more than another at most, whatever follows."""
    longest = max((len(cost) for cost in costs), default=1)
    table = np.full((len(costs), longest), np.inf)
    no_worse = np.full((len(costs), longest, longest), np.inf)
    for k, cost in enumerate(costs):
        size = len(cost)
        table[k, :size] = cost
        for more in range(1 - size, size):
            other = np.arange(max(0, -more), min(size, size - more))
            with np.errstate(invalid="ignore"):
                dearer = cost[other + more] - cost[other]
            dearer = np.where(np.isinf(cost[other]), -np.inf, dearer)  # what cannot follow the other does not count
            no_worse[k, other + more, other] = np.maximum.accumulate(dearer[::-1])[::-1]
    return table, no_worse
