"""Build a network from the rules of the people who share it: read its days, then choose how totals are counted."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np

from optimizer.roster.layers import Days, Layer, merged, read_layers
from optimizer.roster.machines import Machine
from optimizer.roster.network import Begun, Floats, Ints, LineNetwork, Person, Total

EXACT_WORK, TIGHTEST_WORK = 3_000_000, 10_000_000
"""Totals are exact as long as arcs times their coordinates stay below this; the latter for the tightest of them, which
lines found at a price for it nearly always miss."""


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
    every = read_layers(days, choices, charged, totals, starts, known)
    if not len(every[-1].to):
        return [Begun(None, -1, 0, np.zeros(0, np.int64), np.zeros((days, 1, 0), np.int64)) for _ in people]
    layers, node_of = merged(every)
    nodes = [int(node_of[starts.index(person.states)]) for person in people]
    counted = np.full((layers[0].nodes, len(totals), 2), -1, np.int64)
    for node, person in zip(nodes, people, strict=True):
        if node >= 0:
            old = counted[node]
            counted[node, :, 0] = np.where(old[:, 0] < 0, person.counts, np.minimum(old[:, 0], person.counts))
            counted[node, :, 1] = np.maximum(old[:, 1], person.counts)
    return _assembled(layers, totals, people, nodes, counted)


def _assembled(
    layers: list[Layer], totals: tuple[Total, ...], people: list[Person], nodes: list[int], counted: Ints
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
        coordinate_cost=np.zeros(0), stride=stride[:-1], shape=np.array(shape, np.int64),
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


def _ranges(layers: list[Layer], counted: Ints) -> tuple[Ints, Ints]:
    """Least and most of each total before each day (D + 1, K, 2), and from each day on.

    ``counted`` (n, K, 2) holds both for the first day's nodes.
    """
    days, count = len(layers), counted.shape[1]
    so_far, to_come = np.zeros((days + 1, count, 2), np.int64), np.zeros((days + 1, count, 2), np.int64)
    ahead: Ints = np.zeros((1, count, 2), np.int64)
    for day in range(days - 1, -1, -1):
        layer = layers[day]
        ahead = _outermost(ahead[layer.to] + layer.gain[:, :, None], layer.begin, layer.nodes)
        to_come[day, :, 0], to_come[day, :, 1] = ahead[:, :, 0].min(axis=0), ahead[:, :, 1].max(axis=0)
    behind = counted
    so_far[0, :, 0], so_far[0, :, 1] = behind[:, :, 0].min(axis=0), behind[:, :, 1].max(axis=0)
    for day, layer in enumerate(layers):
        nodes = layers[day + 1].nodes if day + 1 < days else 1
        order = np.argsort(layer.to, kind="stable")
        behind = _outermost((behind[layer.begin] + layer.gain[:, :, None])[order], layer.to[order], nodes)
        so_far[day + 1, :, 0], so_far[day + 1, :, 1] = behind[:, :, 0].min(axis=0), behind[:, :, 1].max(axis=0)
    return so_far, to_come


def _outermost(reached: Ints, node: Ints, nodes: int) -> Ints:
    """Least and most (nodes, K, 2) of the totals (A, K, 2) on arcs that are sorted by their node (A,)."""
    found = np.zeros((nodes, *reached.shape[1:]), np.int64)
    first = np.flatnonzero(np.diff(node, prepend=-1))
    found[node[first], :, 0] = np.minimum.reduceat(reached[:, :, 0], first)
    found[node[first], :, 1] = np.maximum.reduceat(reached[:, :, 1], first)
    return found


def _exact(arcs: int, some: list[int], most: Ints, so_far: Ints, gain: Ints, costs: list[Floats]) -> list[int]:
    """Choose totals that become coordinates, the largest last: tight ones first, while the work allows.

    A total is tight where few of the values that lines could give it are free of cost.
    """
    free = {k: np.count_nonzero(costs[k] == 0) / max(1, int(so_far[-1, k, 1])) for k in some}
    chosen: list[int] = []
    work = float(arcs)
    for k in sorted(some, key=lambda k: (free[k], int(most[k]))):
        size = int(most[k]) + 1 + int(gain[:, k].max(initial=0))
        if work * size <= (EXACT_WORK if chosen else TIGHTEST_WORK):
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
