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
    stride, shape : (X,) of each exact total in the coordinates, and how many values it has there
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
    stride: Ints
    shape: Ints
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


class Begun(NamedTuple):
    """A person's network, the node, coordinate and priced totals at the begin, and what choices add to the latter."""

    network: LineNetwork | None
    node: int
    coordinate: int
    totals: Ints
    own_add: Ints
