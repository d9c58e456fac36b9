"""The lines of work that differ from a given one on some days only, as a small network of their own.

What comes before these days is where the network begins. What comes behind them is one arc of each node from which the
rest of the given line can be followed; it bears what that rest costs and counts. The coordinates of the exact totals
are counted from where the days begin, so that there are few of them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optimizer.roster.contracts import EmployeeLines
from optimizer.roster.network import Floats, Ints, LineNetwork


def arcs_by_choice(network: LineNetwork) -> Ints:
    """Return the arc of each choice at each node, (N, S + 1); -1 where there is none."""
    found = np.full((len(network.first_arc) - 1, int(network.choice.max(initial=0)) + 1), -1, np.int64)
    found[np.repeat(np.arange(len(found)), np.diff(network.first_arc)), network.choice] = np.arange(len(network.to))
    return found


def window(
    own: EmployeeLines, network: LineNetwork, by_choice: Ints, choices: Ints, first: int, end: int
) -> EmployeeLines:
    """Return the lines of an employee that equal a given one before a first and from an end day on.

    Parameters
    ----------
    own, network : all lines of the employee
    by_choice : of the network, see `arcs_by_choice`
    choices : (D,) of the given line, 0 = off; it must be legal

    Returns
    -------
    EmployeeLines
        In a network whose days are those from ``first`` to before ``end``, and one more on which nothing is chosen. It
        bears what all other days cost.
    """
    arcs, every = _followed(network, own.node, by_choice, choices), np.arange(network.days)
    before, behind = every[:first], every[end:]
    outside = np.concatenate([before, behind])
    rest, cost, step, add = _rest(network, by_choice, arcs, choices, end)
    cost = cost + network.cost[arcs[before]].sum() + own.own_cost[outside, choices[outside]].sum()
    node_0, node_1, node_2 = (int(network.first_node[place]) for place in (first, end, end + 1))
    arc_0, arc_1 = int(network.first_arc[node_0]), int(network.first_arc[node_1])
    some, count, final = slice(arc_0, arc_1), end - first, node_2 - node_0
    leaves = np.cumsum(np.isin(np.arange(node_1, node_2), rest))
    begun = own.coordinate + int(network.step[arcs[before]].sum())
    counted = _counted(network, begun, network.step[some], step, first, end)
    nothing = np.zeros(len(rest), np.int64)
    found = network._replace(
        first_node=np.concatenate([network.first_node[first : end + 1] - node_0, [final, final + 1]]),
        first_arc=np.concatenate([network.first_arc[node_0:node_1], [arc_1], arc_1 + leaves, [arc_1 + len(rest)]])
        - arc_0,
        to=np.concatenate([network.to[some] - node_0, nothing + final]),
        choice=np.concatenate([network.choice[some], nothing]),
        day=np.concatenate([network.day[some] - first, nothing + count]),
        cost=np.concatenate([network.cost[some], cost]),
        add=np.concatenate([network.add[some], add + own.own_add[behind, choices[behind]].sum(axis=0)]),
        **counted,
    )  # fmt: skip
    return EmployeeLines(
        found,
        (int(network.to[arcs[first - 1]]) if first else own.node) - node_0,
        0,
        own.totals + network.add[arcs[before]].sum(axis=0) + own.own_add[before, choices[before]].sum(axis=0),
        np.concatenate([own.own_add[first:end], np.zeros((1, *own.own_add.shape[1:]), np.int64)]),
        np.concatenate([own.own_cost[first:end], np.zeros((1, own.own_cost.shape[1]))]),
    )


def _followed(network: LineNetwork, node: int, by_choice: Ints, choices: Ints) -> Ints:
    """Return the arcs of a line, (D,)."""
    arcs = np.empty(len(choices), np.int64)
    for day, choice in enumerate(choices.tolist()):
        arcs[day] = by_choice[node, choice]
        if arcs[day] < 0:
            raise ValueError(f"no legal line works {choice} on day {day} after the days before it")
        node = int(network.to[arcs[day]])
    return arcs


def _rest(
    network: LineNetwork, by_choice: Ints, arcs: Ints, choices: Ints, end: int
) -> tuple[Ints, Floats, Ints, Ints]:
    """Follow the rest of a line from all nodes of a day: those that allow it, what it costs, and what it counts."""
    began = np.arange(network.first_node[end], network.first_node[end + 1])
    node, cost = began, np.zeros(len(began))
    step, add = np.zeros(len(began), np.int64), np.zeros((len(began), network.add.shape[1]), np.int64)
    for day in range(end, network.days):
        arc = by_choice[node, choices[day]]
        able = np.flatnonzero(arc >= 0)
        able = able[np.isfinite(network.cost[arc[able]])]
        arc, began = arc[able], began[able]
        node, cost = network.to[arc], cost[able] + network.cost[arc]
        step, add = step[able] + network.step[arc], add[able] + network.add[arc]
        if (arc == arcs[day]).all():  # one way from here on
            later = arcs[day + 1 :]
            return (
                began,
                cost + network.cost[later].sum(),
                step + network.step[later].sum(),
                add + network.add[later].sum(axis=0),
            )
    return began, cost, step, add


def _counted(network: LineNetwork, begun: int, step: Ints, rest: Ints, first: int, end: int) -> dict[str, Any]:
    """Count the exact totals from where a window begins.

    Parameters
    ----------
    begun : coordinate there
    step : (A,) of the arcs inside
    rest : (n,) of the lines' rest

    Returns
    -------
    dict
        The fields of a network that have to do with coordinates.
    """
    stride, shape = network.stride, network.shape

    def of(coordinates: Ints) -> Ints:
        """Each total (n, X) at some coordinates."""
        return coordinates[:, None] // stride % shape

    days, count = end - first, len(stride)
    start, inside, behind = of(np.array([begun]))[0], of(step), of(rest)
    charged = of(np.flatnonzero(np.isfinite(network.coordinate_cost)))
    base, spread = behind.min(axis=0), behind.max(axis=0) - behind.min(axis=0)
    most = inside.max(axis=0, initial=0)
    reach = np.maximum(0, np.minimum(days * most, charged.max(axis=0) - start - base))
    size = reach + 1 + np.maximum(most, spread)
    strides = np.cumprod(np.concatenate([[1], size]))
    digits = np.arange(strides[-1])[:, None] // strides[:-1] % size
    total = start + base + digits
    known = (total < shape).all(axis=1)
    charge = np.where(known, network.coordinate_cost[np.where(known, total @ stride, 0)], np.inf)
    low, high = np.zeros(days + 2, np.int64), np.ones(days + 2, np.int64)
    if count:
        last, passed = int(strides[-2]), np.arange(days + 1)
        least = charged[:, -1].min() - start[-1] - base[-1] - spread[-1] - (days - passed) * most[-1]
        low[:-1] = np.maximum(0, least) * last
        high[:-1] = np.maximum(low[:-1], (np.minimum(reach[-1], passed * most[-1]) + 1) * last)
        high[-1] = strides[-1]
    return {
        "step": np.concatenate([inside, behind - base]) @ strides[:-1],
        "coordinate_cost": charge, "dead": np.flatnonzero((digits > reach).any(axis=1)),
        "low": low, "high": high, "stride": strides[:-1], "shape": size,
    }  # fmt: skip
