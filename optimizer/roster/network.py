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

Begin = tuple[tuple[State, ...], tuple[int, ...]]
"""States of all machines before the horizon, and what each total counted there, in its grains."""
EXACT_WORK = 3_000_000
"""Totals are exact as long as arcs times their coordinates stay below this."""


class LineNetwork(NamedTuple):
    """Nodes, arcs and totals of the lines of work that some rules allow.

    Attributes
    ----------
    first_node : (D + 2,) where the nodes of each day begin
    first_arc : (N + 1,) where the arcs of each node begin
    to : (A,) node of the next day
    choice : (A,) 0 = off, else 1 + place of the type of shift in the case
    cost : (A,) what the rules charge
    step : (A,) added to the coordinate of the exact totals
    add : (A, K) added to each priced total
    coordinate_cost : (F,) what the rules charge for the exact totals
    dead : (n,) coordinates that stand for no totals
    low, high : (D + 1,) coordinates from which a legal line can still end, half open
    total_cost : (K, C) what the rules charge for the priced totals
    no_worse : (K, C, C) what the first total costs more than the second at most, whatever follows
    exact, stride, priced : numbers of the exact totals, what one of each adds to the coordinate; of the priced ones
    """

    first_node: Ints
    first_arc: Ints
    to: Ints
    choice: Ints
    cost: Floats
    step: Ints
    add: Ints
    coordinate_cost: Floats
    dead: Ints
    low: Ints
    high: Ints
    total_cost: Floats
    no_worse: Floats
    exact: Ints
    stride: Ints
    priced: Ints

    def totals_at(self, counts: tuple[int, ...]) -> tuple[int, Ints]:
        """Return the coordinate and the priced totals that stand for some counts."""
        every = np.array(counts, np.int64)
        return int(every[self.exact] @ self.stride), every[self.priced]

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
    """A total that is charged at the end, with all rules on it.

    Attributes
    ----------
    machine : counts it
    rules : each with what was counted before the days that are known
    grain : every count is a multiple of it
    """

    machine: Machine
    rules: tuple[Rule, ...]
    grain: int

    def cost(self, most: int) -> Floats:
        """Return what each total from 0 to ``most`` grains costs."""
        counts = [total * self.grain for total in range(most + 1)]
        costs = [sum(rule.cost(rule.miss(rule.before + count)) for rule in self.rules) for count in counts]
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


def line_network(
    days: int,
    choices: tuple[int, ...],
    charged: tuple[Machine, ...],
    totals: tuple[Total, ...],
    begins: list[Begin],
) -> tuple[LineNetwork | None, list[int]]:
    """Build the network of some machines.

    Parameters
    ----------
    choices : types of shift that may be worked, and `OFF`
    charged : machines of the rules that are charged day by day
    begins : of each employee: states of all machines, and what each total counted before the horizon

    Returns
    -------
    LineNetwork or None
        None without any line.
    list of int
        Node at which each employee's lines begin; -1 where none does.
    """
    states = tuple(dict.fromkeys(states for states, _ in begins))
    every = _layers(days, choices, charged, totals, states)
    if not len(every[-1].to):
        return None, [-1] * len(begins)
    layers, known = _merged(every)
    nodes = [int(known[states.index(begin)]) for begin, _ in begins]
    counted = np.full((layers[0].nodes, len(totals), 2), -1, np.int64)
    for node, (_, counts) in zip(nodes, begins, strict=True):
        if node >= 0:
            old = counted[node]
            counted[node, :, 0] = np.where(old[:, 0] < 0, counts, np.minimum(old[:, 0], counts))
            counted[node, :, 1] = np.maximum(old[:, 1], counts)
    return _assembled(layers, totals, counted), nodes


def _layers(
    days: int, choices: tuple[int, ...], charged: tuple[Machine, ...], totals: tuple[Total, ...],
    states: tuple[tuple[State, ...], ...],
) -> list[_Layer]:  # fmt: skip
    """The states that can be reached day by day, and the arcs between them; days of one phase are read once."""
    every = [*charged, *(total.machine for total in totals)]
    known: dict[Hashable, tuple[tuple[tuple[State, ...], ...], _Layer]] = {}
    layers: list[_Layer] = []
    for day in range(days):
        key = (tuple(machine.phase(day) for machine in every), states)
        if key not in known:
            known[key] = _day(every, len(charged), [total.grain for total in totals], choices, states, day)
        states, layer = known[key]
        layers.append(layer)
    return layers


def _day(
    every: list[Machine], charged: int, grains: list[int], choices: tuple[int, ...],
    states: tuple[tuple[State, ...], ...], day: int,
) -> tuple[tuple[tuple[State, ...], ...], _Layer]:  # fmt: skip
    """Return the states after a day, and the arcs that lead there."""
    place: dict[tuple[State, ...], int] = {}
    arcs: list[tuple[int, int, int, float]] = []
    gains: list[list[int]] = []
    for number, before in enumerate(states):
        for choice in choices:
            steps = [machine.step(state, day, choice) for machine, state in zip(every, before, strict=True)]
            cost = sum(added for _, added in steps[:charged])
            if math.isfinite(cost):
                to = place.setdefault(tuple(state for state, _ in steps), len(place))
                arcs.append((number, to, choice + 1, float(cost)))
                gains.append([int(added) // grain for (_, added), grain in zip(steps[charged:], grains, strict=True)])
    begin, to_node, chosen, costs = (np.array([arc[part] for arc in arcs]) for part in range(4))
    layer = _Layer(
        len(states), begin.astype(np.int64), to_node.astype(np.int64), chosen.astype(np.int64),
        costs.astype(np.float64), np.array(gains, np.int64).reshape(len(arcs), len(grains)),
    )  # fmt: skip
    return tuple(place), layer


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


def _assembled(layers: list[_Layer], totals: tuple[Total, ...], counted: Ints) -> LineNetwork:
    """Number nodes and arcs through, and choose which totals are exact."""
    days = len(layers)
    first_node = np.concatenate([[0], np.cumsum([layer.nodes for layer in layers] + [1])]).astype(np.int64)
    begin = np.concatenate([layer.begin + first_node[day] for day, layer in enumerate(layers)])
    gain = np.concatenate([layer.gain for layer in layers]) if layers else np.zeros((0, len(totals)), np.int64)
    so_far, to_come = _ranges(layers, counted)
    most = np.minimum(so_far[-1, :, 1], [_last_allowed(total) for total in totals]).astype(np.int64)
    costs = [total.cost(int(so_far[-1, k, 1])) for k, total in enumerate(totals)]
    exact = _exact(len(gain), most, so_far, gain, costs)
    priced = [k for k in range(len(totals)) if k not in exact]
    shape = [int(most[k]) + 1 + (int(gain[:, k].max(initial=0)) if most[k] < so_far[-1, k, 1] else 0) for k in exact]
    stride = np.concatenate([[1], np.cumprod(shape)]).astype(np.int64)
    where = [np.arange(stride[-1]) // stride[place] % shape[place] for place in range(len(exact))]
    coordinate_cost = np.zeros(int(stride[-1]))
    for place, k in enumerate(exact):
        padded = np.append(costs[k][: most[k] + 1], np.full(shape[place] - int(most[k]) - 1, np.inf))
        coordinate_cost += padded[where[place]]
    beyond = [where[place] > most[k] for place, k in enumerate(exact)]
    low, high = _window(exact, stride, so_far, to_come, most, [costs[k] for k in exact])
    total_cost, no_worse = _price_tables([costs[k] for k in priced])
    return LineNetwork(
        first_node=np.append(first_node, first_node[-1])[: days + 2],
        first_arc=np.searchsorted(begin, np.arange(first_node[-1] + 1)).astype(np.int64),
        to=np.concatenate([layer.to + first_node[day + 1] for day, layer in enumerate(layers)]),
        choice=np.concatenate([layer.choice for layer in layers]),
        cost=np.concatenate([layer.cost for layer in layers]),
        step=gain[:, exact] @ stride[: len(exact)],
        add=np.ascontiguousarray(gain[:, priced]),
        coordinate_cost=coordinate_cost,
        dead=np.flatnonzero(np.logical_or.reduce(beyond)) if beyond else np.zeros(0, np.int64),
        low=low, high=high,
        total_cost=total_cost, no_worse=no_worse,
        exact=np.array(exact, np.int64), stride=stride[: len(exact)], priced=np.array(priced, np.int64),
    )  # fmt: skip


def _last_allowed(total: Total) -> float:
    """Largest total that no hard rule forbids, in grains."""
    hard = [(rule.most - rule.before) / total.grain for rule in total.rules if rule.price is None]
    least = min(hard, default=math.inf)
    return least if math.isinf(least) else math.floor(least)


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


def _exact(arcs: int, most: Ints, so_far: Ints, gain: Ints, costs: list[Floats]) -> list[int]:
    """Choose totals that become coordinates, the largest last: tight ones first, while the work allows.

    A total is tight where few of the values that lines could give it are free of cost.
    """
    free = [np.count_nonzero(cost == 0) / max(1, int(so_far[-1, k, 1])) for k, cost in enumerate(costs)]
    chosen: list[int] = []
    work = float(arcs)
    for k in sorted(range(len(most)), key=lambda k: (free[k], int(most[k]))):
        size = int(most[k]) + 1 + int(gain[:, k].max(initial=0))
        if work * size <= EXACT_WORK:
            work *= size
            chosen.append(k)
    return sorted(chosen, key=lambda k: int(most[k]))


def _window(
    exact: list[int], stride: Ints, so_far: Ints, to_come: Ints, most: Ints, costs: list[Floats]
) -> tuple[Ints, Ints]:
    """Coordinates that a legal line can have before each day, by the total with the largest stride."""
    days = len(so_far)
    if not exact:
        return np.zeros(days, np.int64), np.ones(days, np.int64)
    k, step, allowed = exact[-1], stride[len(exact) - 1], np.flatnonzero(np.isfinite(costs[-1]))
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
