"""From a circulation to the line of days: a closed walk that takes each step as often as the circulation says."""

from __future__ import annotations

from models.rotation.records import WEEK_DAYS
from optimizer.rotate.circulation import Circulation, Ints
from optimizer.rotate.network import Network


def closed_walk(network: Network, circulation: Circulation, flow: Ints) -> tuple[str, ...]:
    """Return the shift of each day from a Monday on (C. Hierholzer, 1873).

    Parameters
    ----------
    flow : (7 x steps,) times that each step is taken on each weekday
    """
    steps = len(network.steps)
    leaving: dict[int, list[int]] = {}
    for place in range(len(flow) - 1, -1, -1):
        leaving.setdefault(int(circulation.first[place]), []).extend([place] * int(flow[place]))
    sunday = (WEEK_DAYS - 1) * len(network.states)
    start = min(node for node, places in leaving.items() if places and node >= sunday)
    trail: list[tuple[int, int]] = [(start, -1)]
    walked: list[int] = []
    while trail:
        node, by = trail[-1]
        if leaving.get(node):
            place = leaving[node].pop()
            trail.append((int(circulation.last[place]), place))
        else:
            trail.pop()
            if by >= 0:
                walked.append(by)
    return tuple(network.steps[place % steps].day for place in reversed(walked))
