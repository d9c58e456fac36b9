"""Teams: for a set of queues, everybody who can serve any of them.

Were the team of a set of queues to serve nothing else, and all of it the longest waiting contact first, it would be
one queue with one team, of which Erlang's formulas say what it needs. As long as pooling never hurts, real agents, who
have other work too and cannot all take every contact, need at least that. (For bipartite matching the same condition
over all sets is Hall's, and enough; with waiting it is not.) The condition is a model, not a theorem: routing that
gives up on contacts which are late already can serve more of the others in time than the longest wait first does.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
MOST_CLASSES = 14
"""Classes of queues of which all sets are made; of more, only the sets that some groups leave over."""


def queue_sets(can: Bools) -> list[tuple[int, ...]]:
    """Return the sets of queues whose teams can matter.

    Parameters
    ----------
    can : (G, Q) who can serve what

    Returns
    -------
    list of tuples of queues
        For every team that some set of queues has, the largest set that it is the team of; small teams first. More
        queues with the same team never need fewer agents.
    """
    columns = {tuple(np.flatnonzero(can[:, queue]).tolist()) for queue in range(can.shape[1])}
    teams: set[frozenset[int]] = set()
    most = len(columns) if len(columns) <= MOST_CLASSES else 2
    for size in range(1, most + 1):
        for chosen in combinations(sorted(columns), size):
            teams.add(frozenset().union(*chosen))
    teams.add(frozenset(range(len(can))))
    found = []
    for team in sorted(teams, key=lambda team: (len(team), sorted(team))):
        outside = [group for group in range(len(can)) if group not in team]
        queues = np.flatnonzero(~can[outside].any(axis=0))
        if len(queues):
            found.append(tuple(queues.tolist()))
    return list(dict.fromkeys(found))


def team_of(can: Bools, queues: tuple[int, ...]) -> tuple[int, ...]:
    """Return the groups that can serve any of some queues."""
    return tuple(np.flatnonzero(can[:, list(queues)].any(axis=1)).tolist())


def alike(can: Bools, picks: NDArray[np.int64], promised: Sequence[tuple[float, ...]]) -> list[tuple[int, ...]]:
    """Return classes of queues that the same groups serve in the same order, with the same promise.

    Their contacts stand in line together, so they are served alike.
    """
    classes: dict[object, list[int]] = {}
    for queue in range(can.shape[1]):
        key = (tuple(picks[:, queue].tolist()), promised[queue])
        classes.setdefault(key, []).append(queue)
    return [tuple(queues) for queues in classes.values()]
