"""A rotation as a circulation: how often each step is taken on each weekday.

Sets
    weekdays d = 0..6; states s of the network; steps a = (s, s', shift) from the state after one day to that after the
    next; islands i: sets of (d, s) that a solution before went around without touching the rest.
Decisions
    flow[d, a] >= 0, whole: people who take step a on weekday d; inside[i], beyond[i] in {0, 1}.
Objective
    minimise  sum price[d, a] flow[d, a]
Subject to
    balance[d, s]:  sum of flow into (d, s) = sum of flow out of it on weekday d + 1
    dear:           what it costs <= what it may cost
    need[d, k]:     sum of flow[d, a] over steps with shift k = people on k (k = off: everybody else)
    joined[i]:      sum of flow out of the island >= inside[i] + beyond[i] - 1
    used[i]:        flow into the island <= 7 n inside[i];  flow into the rest <= 7 n beyond[i]

A closed walk through n weeks takes every step a whole number of times, which is a circulation; a circulation whose
steps hang together is a closed walk (L. Euler, 1736). So there is a rotation if and only if this program, with every
island cut off, has a solution, and the size of the program does not depend on n. Where it has none, that is the proof.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from models.rotation.records import OFF, WEEK_DAYS, RotationCase
from optimizer.rotate.network import Network
from optimizer.solve import Program

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Island = frozenset[int]
"""Nodes, numbered weekday x states + state, that a solution went around alone."""


class Circulation:
    """The program of a case.

    Parameters
    ----------
    case : RotationCase
    network : Network

    Attributes
    ----------
    first, last : (7 x steps,) nodes before and after each step, by weekday and step
    """

    def __init__(self, case: RotationCase, network: Network) -> None:
        self._case, self._network = case, network
        states, steps = len(network.states), len(network.steps)
        day = np.repeat(np.arange(WEEK_DAYS), steps)
        self.first = (day - 1) % WEEK_DAYS * states + np.tile([step.first for step in network.steps], WEEK_DAYS)
        self.last = day * states + np.tile([step.last for step in network.steps], WEEK_DAYS)
        self._islands: list[Island] = []

    def cut_off(self, islands: list[Island]) -> None:
        """Forbid to go around some islands without touching the rest."""
        self._islands += islands

    def program(self, through: int | None = None, at_most: float = np.inf) -> Program:
        """Return the integer program with all islands so far.

        Parameters
        ----------
        through : node that as many people as possible are to pass, in place of the least cost: circuits that meet
            there hang together
        at_most : what it may cost
        """
        case, network = self._case, self._network
        flows, nodes = len(self.first), WEEK_DAYS * len(network.states)
        every = np.arange(flows)
        balance = sparse.csc_matrix((np.ones(flows), (self.last, every)), (nodes, flows)) - sparse.csc_matrix(
            (np.ones(flows), (self.first, every)), (nodes, flows)
        )
        names = [OFF, *(shift.name for shift in case.shifts)]
        kind = np.tile([names.index(step.day) for step in network.steps], WEEK_DAYS)
        day = np.repeat(np.arange(WEEK_DAYS), len(network.steps))
        need = sparse.csc_matrix((np.ones(flows), (kind * WEEK_DAYS + day, every)), (len(names) * WEEK_DAYS, flows))
        people = [[case.people_off(d) for d in range(WEEK_DAYS)], *(shift.need for shift in case.shifts)]
        wanted = np.array(people, np.float64).ravel()
        joined, low, high = self._joined(flows)
        more = 2 * len(self._islands)
        rows = sparse.hstack([sparse.vstack([balance, need]), sparse.csc_matrix((nodes + len(wanted), more))])
        prices = np.concatenate([self._prices(), np.zeros(more)])
        fixed = np.concatenate([np.zeros(nodes), wanted])
        cost = prices if through is None else -np.concatenate([self.last == through, np.zeros(more)])
        return Program(
            cost=cost.astype(np.float64),
            lower=np.zeros(flows + more),
            upper=np.concatenate([np.full(flows, float(case.weeks)), np.ones(more)]),
            integer=np.ones(flows + more, bool),
            matrix=sparse.csc_matrix(sparse.vstack([rows, joined, sparse.csc_matrix(prices)])),
            row_lower=np.concatenate([fixed, low, [-np.inf]]),
            row_upper=np.concatenate([fixed, high, [at_most]]),
        )

    def busiest(self, flow: Ints) -> int:
        """Return the node that most people pass."""
        people = np.zeros(WEEK_DAYS * len(self._network.states))
        np.add.at(people, self.last, flow)
        return int(np.argmax(people))

    def _joined(self, flows: int) -> tuple[sparse.csc_matrix, Floats, Floats]:
        """Rows joined[i] and used[i] with their bounds."""
        count, whole = len(self._islands), float(WEEK_DAYS * self._case.weeks)
        rows = sparse.lil_matrix((3 * count, flows + 2 * count))
        low, high = np.full(3 * count, -np.inf), np.full(3 * count, np.inf)
        for place, island in enumerate(self._islands):
            nodes = np.array(sorted(island))
            leaves = np.isin(self.first, nodes) & ~np.isin(self.last, nodes)
            enters = np.isin(self.last, nodes)
            inside, beyond = flows + 2 * place, flows + 2 * place + 1
            rows[3 * place, np.flatnonzero(leaves)] = 1.0
            rows[3 * place, [inside, beyond]] = -1.0
            low[3 * place] = -1.0
            rows[3 * place + 1, np.flatnonzero(enters)] = 1.0
            rows[3 * place + 1, inside] = -whole
            rows[3 * place + 2, np.flatnonzero(~enters)] = 1.0
            rows[3 * place + 2, beyond] = -whole
            high[3 * place + 1 : 3 * place + 3] = 0.0
        return sparse.csc_matrix(rows), low, high

    def _prices(self) -> Floats:
        """Price of each step on each weekday."""
        network, prices = self._network, self._case.prices
        cost = np.zeros((WEEK_DAYS, len(network.steps)))
        for place, step in enumerate(network.steps):
            before = network.states[step.first]
            if before.day == OFF and before.run == 1 and step.day != OFF:
                cost[:, place] += prices.single_day_off
            if OFF not in (before.day, step.day) and before.day != step.day:
                cost[:, place] += prices.change
            if before.day != OFF or step.day != OFF:
                cost[WEEK_DAYS - 1, place] += prices.weekend_worked
        return cost.ravel()

    def islands(self, flow: Ints) -> list[Island]:
        """Return the parts of a circulation that do not hang together; one part is a closed walk."""
        taken = flow > 0
        nodes = WEEK_DAYS * len(self._network.states)
        graph = sparse.csr_matrix((np.ones(int(taken.sum())), (self.first[taken], self.last[taken])), (nodes, nodes))
        _, label = connected_components(graph, directed=False)
        parts: dict[int, set[int]] = {}
        for node in np.unique(self.last[taken]).tolist():
            parts.setdefault(int(label[node]), set()).add(node)
        return [frozenset(part) for part in parts.values()]
