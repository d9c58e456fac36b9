"""Figures of one queue from its Markov chain: Erlang B, C and A by their recursions, waits by quadrature.

With n servers, arrivals lambda, service mu and abandonment theta the number in the system is a birth-death chain with
death rate min(k, n) mu + max(k - n, 0) theta. A contact that meets k >= n others and never gave up would wait with the
density n mu p(n) exp(-n mu t + lambda (1 - e^(-theta t)) / theta) over all k together (Baccelli & Hebuterne 1981);
what is served, or gives up, in time is integrated from it with Gauss-Legendre panels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

EDGE = 1e-9
NODES, WEIGHTS = np.polynomial.legendre.leggauss(20)
_STEP = 8.0
"""Change of the exponent within one panel, up to which its quadrature is exact to ten digits."""
_TAIL = -50.0
"""Exponent below its highest value at which a part counts for nothing."""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Figures:
    """What a queue does to its contacts, shares of those offered unless it says otherwise."""

    in_time: float
    abandoned: float
    short: float
    wait_s: float
    occupancy: float

    def level(self, definition: str) -> float:
        """Service level by its definition."""
        counted = self.counted(definition)
        return min(self.in_time / counted, 1.0) if counted > 0 else 0.0

    def counted(self, definition: str) -> float:
        """Share of the contacts that the service level is a share of."""
        return {"offered": 1.0, "answered": 1 - self.abandoned, "without_short_abandons": 1 - self.short}[definition]


@dataclass(frozen=True)
class Queue:
    """A queue in one interval; loads in erlang, not divided by the contacts that an agent serves at a time."""

    load: float
    aht_s: float
    patience_s: float
    concurrency: float
    within_s: float
    short_s: float
    model: str


IDLE = Figures(1.0, 0.0, 0.0, 0.0, 0.0)


def figures(queue: Queue, agents: float) -> Figures:
    """Figures with agents that need not be whole: between two whole numbers they are interpolated."""
    if queue.load <= 0:
        return IDLE
    whole = math.floor(agents + EDGE)
    share = agents - whole
    below = _whole(queue, whole)
    if share <= EDGE:
        return below
    above = _whole(queue, whole + 1)
    return Figures(
        *((1 - share) * getattr(below, name) + share * getattr(above, name) for name in Figures.__dataclass_fields__)
    )


def levels(queue: Queue, agents: float, definition: str) -> tuple[float, float]:
    """Service level, and the share of contacts that it counts, each interpolated as `figures` are."""
    if queue.load <= 0:
        return 1.0, 1.0
    whole = math.floor(agents + EDGE)
    share = agents - whole if agents - whole > EDGE else 0.0
    below = _whole(queue, whole)
    above = _whole(queue, whole + 1) if share else below
    level, counted = ((1 - share) * one + share * two for one, two in (
        (below.level(definition), above.level(definition)), (below.counted(definition), above.counted(definition)),
    ))  # fmt: skip
    return level, counted


@lru_cache(maxsize=200_000)
def _whole(queue: Queue, agents: int) -> Figures:
    servers = math.floor(agents * queue.concurrency + EDGE)
    if queue.model == "erlang-b":
        lost = erlang_b(servers, queue.load)
        busy = min(queue.load * (1 - lost) / servers, 1.0) if servers else 0.0
        return Figures(1 - lost, lost, 0.0, 0.0, busy)
    if queue.model == "erlang-c" or math.isinf(queue.patience_s):
        return _erlang_c(queue, servers)
    if servers == 0:
        short = -math.expm1(-queue.short_s / queue.patience_s)
        return Figures(0.0, 1.0, short, queue.patience_s, 0.0)
    return _erlang_a(queue, servers)


def erlang_b(servers: int, load: float) -> float:
    """Blocking by B(0) = 1, B(k) = a B(k-1) / (k + a B(k-1))."""
    blocking = 1.0
    for k in range(1, servers + 1):
        blocking = load * blocking / (k + load * blocking)
    return blocking


def _erlang_c(queue: Queue, servers: int) -> Figures:
    load = queue.load
    if servers <= load * (1 + EDGE):
        return Figures(0.0, 0.0, 0.0, math.inf, 1.0 if servers else 0.0)
    blocking = erlang_b(servers, load)
    waits = servers * blocking / (servers - load * (1 - blocking))
    spare = servers - load
    in_time = 1 - waits * math.exp(-spare * queue.within_s / queue.aht_s)
    return Figures(in_time, 0.0, 0.0, waits * queue.aht_s / spare, load / servers)


def _erlang_a(queue: Queue, servers: int) -> Figures:
    arrive, serve, leave = queue.load / queue.aht_s, servers / queue.aht_s, 1 / queue.patience_s
    # weights of the states relative to "all busy, nobody waits", in logarithms
    busy = np.concatenate([[0.0], np.cumsum(np.log(np.arange(servers, 0, -1) / queue.load))])
    length = 64
    while True:
        queued = np.cumsum(math.log(arrive) - np.log(serve + leave * np.arange(1, length + 1)))
        falling = arrive < serve + leave * length
        if falling and queued[-1] < max(float(queued.max()), float(busy.max()), 0.0) + _TAIL:
            break
        length *= 2
    top = max(float(busy.max()), float(queued.max()))
    up, waiting = np.exp(busy - top), np.exp(queued - top)
    total = float(up.sum() + waiting.sum())
    all_busy = math.exp(-top) / total
    waits = all_busy + float(waiting.sum()) / total
    abandoned = float((np.arange(1, length + 1) * waiting).sum()) / total * leave / arrive
    density = math.log(serve) - top - math.log(total)  # of the wait at 0, in logarithms
    served = _integral(arrive, serve, leave, queue.within_s, density, patient=True)
    until_short = _integral(arrive, serve, leave, queue.short_s, density, patient=False)
    served_short = _integral(arrive, serve, leave, queue.short_s, density, patient=True)
    decay = math.exp(-leave * queue.short_s)
    # gave up by r: met a queue, neither still there at r (patient, and the wait is longer) nor served before
    short = waits - decay * (waits - until_short) - served_short
    occupancy = min(queue.load * (1 - abandoned) / servers, 1.0)
    return Figures(1 - waits + served, abandoned, max(short, 0.0), abandoned * queue.patience_s, occupancy)


def _integral(
    arrive: float, serve: float, leave: float, until: float, density: float, *, patient: bool
) -> float:  # fmt: skip
    """P(the wait is at most `until`), of those who would wait so long if `patient`; `density` at 0 in logarithms."""
    if until <= 0:
        return 0.0
    fall = serve + leave if patient else serve

    def exponent(t: Floats) -> Floats:
        rise: Floats = density - arrive * np.expm1(-leave * t) / leave - fall * t
        return rise

    def low(t: float) -> bool:
        return float(exponent(np.array([t]))[0]) < high + _TAIL

    # the exponent is concave: it falls steadily on either side of its highest point, and far tails count for nothing
    peak = min(max(0.0, math.log(arrive / fall) / leave), until)
    high = float(exponent(np.array([peak]))[0])
    start, end = 0.0, until
    while low((peak + end) / 2):
        end = (peak + end) / 2
    while low((start + peak) / 2):
        start = (start + peak) / 2
    steepest = max(abs(arrive * math.exp(-leave * t) - fall) for t in (start, end))
    panels = max(1, math.ceil((end - start) * steepest / _STEP))
    edges = np.linspace(start, end, panels + 1)
    half = (edges[1:] - edges[:-1]) / 2
    nodes = (edges[1:] + edges[:-1])[:, None] / 2 + half[:, None] * NODES
    return float((np.exp(exponent(nodes)) * WEIGHTS).sum(axis=1) @ half)
