"""One door to the queueing models by name: figures for given agents, and the least agents for given targets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from models.queueing.erlang_a import QueueFigures, erlang_a
from models.queueing.erlang_c import erlang_b, require_not_negative
from models.queueing.ratios import EDGE, Floats, floats

MODELS = ("erlang-a", "erlang-c", "erlang-b")
DEFINITIONS = ("offered", "answered", "without_short_abandons")

Ints = NDArray[np.int64]

_CHUNK = 8192  # elements worked on together: their temporaries stay in the processor's cache


@dataclass(frozen=True)
class ServiceGoal:
    """What a staff count must reach in every interval.

    target : share of contacts in [0, 1). within_s : seconds. definition : see `QueueFigures`. Caps: None = no cap.
    """

    target: float
    within_s: float
    definition: str = "offered"
    short_abandon_s: float = 5.0
    abandonment_cap: float | None = None
    occupancy_cap: float | None = None
    model: str = "erlang-a"

    def __post_init__(self) -> None:
        if self.model not in MODELS:
            raise ValueError(f"unknown queueing model {self.model!r}; one of {', '.join(MODELS)}")
        if self.definition not in DEFINITIONS:
            raise ValueError(f"unknown definition {self.definition!r}; one of {', '.join(DEFINITIONS)}")
        if not 0 <= self.target < 1:
            raise ValueError(f"a service level target must lie in [0, 1), not {self.target}")
        if self.abandonment_cap is not None and not 0 < self.abandonment_cap <= 1:
            raise ValueError(f"an abandonment cap must lie in (0, 1], not {self.abandonment_cap}")
        if self.occupancy_cap is not None and not 0 < self.occupancy_cap <= 1:
            raise ValueError(f"an occupancy cap must lie in (0, 1], not {self.occupancy_cap}")


def aht_at_concurrency(aht_s: float, concurrency: float, slowdown: float = 0.0) -> float:
    """Handle time of one chat when an agent holds several at once: aht_s x (1 + slowdown x (concurrency - 1)).

    Parameters
    ----------
    aht_s : seconds, of a chat alone
    concurrency : chats at once, >= 1
    slowdown : relative lengthening for each further chat, >= 0: 0.2 and 3 chats make 1.4 times the handle time alone

    Returns
    -------
    float : seconds.

    Raises
    ------
    ValueError : an argument out of its range.
    """
    if concurrency < 1 or slowdown < 0:
        raise ValueError(f"concurrency must be at least 1 and slowdown not negative, not {concurrency}, {slowdown}")
    return aht_s * (1 + slowdown * (concurrency - 1))


def slots(agents: ArrayLike, concurrency: ArrayLike = 1.0) -> Any:
    """Contacts that `agents` can handle at once: whole slots only, agents x concurrency rounded down."""
    return np.floor(np.asarray(agents, dtype=np.float64) * np.asarray(concurrency, dtype=np.float64) + EDGE)


def queue_figures(
    agents: ArrayLike,
    load: ArrayLike,
    aht_s: ArrayLike,
    *,
    within_s: ArrayLike,
    model: str = "erlang-a",
    patience_s: ArrayLike = np.inf,
    short_abandon_s: ArrayLike | None = 5.0,
    concurrency: ArrayLike = 1.0,
) -> QueueFigures:
    """Stationary figures of one queue per element; arguments broadcast.

    Parameters
    ----------
    agents : array_like, >= 0
        Productive agents (not heads).
    load : array_like, erlang, >= 0
        Contacts at work if none waited: arrivals per second x AHT, not divided by the concurrency.
    aht_s : array_like, seconds, > 0
        Handle time of one contact at that concurrency.
    model : "erlang-a", "erlang-c" (patience is ignored) or "erlang-b" (contacts that find no free slot are lost)

    Returns
    -------
    QueueFigures, occupancy counted over slots.
    """
    servers = slots(agents, concurrency)
    if model == "erlang-a":
        return erlang_a(servers, load, aht_s, patience_s, within_s, short_abandon_s)
    if model == "erlang-c":
        return erlang_a(servers, load, aht_s, np.inf, within_s, short_abandon_s)
    if model != "erlang-b":
        raise ValueError(f"unknown queueing model {model!r}; one of {', '.join(MODELS)}")
    s, a, _, _ = floats(servers, load, aht_s, within_s)
    lost = np.where(a > 0, np.asarray(erlang_b(s, a)), 0.0)
    zero = np.zeros_like(lost)
    with np.errstate(divide="ignore", invalid="ignore"):
        busy = np.where(s > 0, np.minimum(a * (1 - lost) / s, 1.0), 0.0)
    answered = np.where(lost < 1, 1.0, 0.0)
    return QueueFigures(zero, 1 - lost, answered, 1 - lost, lost, zero, zero, busy, zero)


def meets(figures: QueueFigures, goal: ServiceGoal) -> NDArray[np.bool_]:
    """Where the figures reach the goal: service level and both caps, each to the tolerance `EDGE`."""
    fine: NDArray[np.bool_] = figures.service_level(goal.definition) >= goal.target - EDGE
    if goal.abandonment_cap is not None:
        fine &= figures.abandonment <= goal.abandonment_cap + EDGE
    if goal.occupancy_cap is not None:
        fine &= figures.occupancy <= goal.occupancy_cap + EDGE
    return fine


def required_agents(
    load: ArrayLike,
    aht_s: ArrayLike,
    goal: ServiceGoal,
    *,
    patience_s: ArrayLike = np.inf,
    concurrency: ArrayLike = 1.0,
) -> Ints:
    """Least productive agents that reach the goal, element by element; 0 where there is no load.

    Parameters
    ----------
    load : array_like, erlang, >= 0
        See `queue_figures`.
    aht_s, patience_s : array_like, seconds
    concurrency : array_like, contacts per agent, >= 1

    Returns
    -------
    integer array of the broadcast shape.
    """
    a, aht, patience, conc = floats(load, aht_s, patience_s, concurrency)
    shape = a.shape
    a, aht, patience, conc = (v.ravel() for v in (a, aht, patience, conc))
    require_not_negative(load=a, aht_s=aht, patience_s=patience)
    if not (conc >= 1).all():
        raise ValueError("concurrency must be at least 1")
    if not np.isfinite(a).all():
        raise ValueError("load must be finite")

    def holds(part: Ints, at: Ints, n: Floats) -> NDArray[np.bool_]:
        i = part[at]
        got = queue_figures(
            n,
            a[i],
            aht[i],
            within_s=goal.within_s,
            model=goal.model,
            patience_s=patience[i],
            short_abandon_s=goal.short_abandon_s if goal.definition == "without_short_abandons" else None,
            concurrency=conc[i],
        )
        return meets(got, goal)

    out = np.zeros(a.shape, dtype=np.int64)
    live = np.flatnonzero(a > 0)
    for part in np.array_split(live, len(live) // _CHUNK + 1):
        first, guess = _start(a[part], aht[part], patience[part], conc[part], goal)
        out[part] = least_integer(partial(holds, part), first, guess)
    return out.reshape(shape)


def least_integer(holds: Callable[[Ints, Floats], NDArray[np.bool_]], first: Floats, guess: Floats) -> Ints:
    """Least n >= first with holds(element indices, n), for conditions that stay true once they are.

    From the guess it doubles its step until the edge lies between a failing and a holding count, then bisects; a
    good guess costs two or three evaluations. `first` must be a count below which nothing holds or is wanted.
    """
    low, high = first - 1, np.full_like(first, np.inf)
    step = np.ones_like(first)
    n = np.maximum(first, guess)
    active = np.arange(len(first))
    while len(active):
        at = n[active]
        fine = holds(active, at)
        high[active[fine]] = at[fine]
        low[active[~fine]] = at[~fine]
        active = active[high[active] - low[active] > 1]
        lo, hi, by = low[active], high[active], step[active]
        open_above, open_below = np.isinf(hi), lo == first[active] - 1
        middle = np.floor((lo + np.where(open_above, lo, hi)) / 2)
        n[active] = np.where(open_above, lo + by, np.where(open_below, np.maximum(hi - by, lo + 1), middle))
        step[active] = by * 2
    return high.astype(np.int64)


def _start(a: Floats, aht: Floats, patience: Floats, concurrency: Floats, goal: ServiceGoal) -> tuple[Floats, Floats]:
    """Lower bound of the agents and a guess by square-root staffing, a + beta sqrt(a), right to an agent or two."""
    first = np.ones_like(a)
    beta = np.zeros_like(a)
    endless = np.isinf(patience) | (goal.model != "erlang-a")
    if goal.target > 0:
        reach = np.sqrt(a) * goal.within_s / aht
        beta[endless] = _beta_patient(reach[endless], goal.target)
        some = ~endless
        beta[some] = _beta_abandoning(
            reach[some], np.sqrt(patience[some] / aht[some]), goal.within_s / patience[some], goal.target
        )
    guess = a + beta * np.sqrt(a)
    if goal.occupancy_cap is not None:
        bound = np.ceil(a / goal.occupancy_cap / concurrency * (1 - EDGE))
        if goal.model != "erlang-b":  # where contacts leave unserved, fewer may do
            first = np.where(endless, np.maximum(first, bound), first)
        guess = np.maximum(guess, a / goal.occupancy_cap)
    return first, np.maximum(first, np.ceil(guess / concurrency))


def _beta_patient(reach: Floats, target: float) -> Floats:
    """Halfin & Whitt (1981): Newton on log P(late) = log P(wait) - beta reach; reach = sqrt(a) T / AHT."""
    beta = np.ones_like(reach)
    wish = np.log1p(-target)
    for _ in range(4):
        odds = beta * np.sqrt(np.pi / 2) * special.erfcx(-beta / np.sqrt(2))
        value = -np.log1p(odds) - beta * reach - wish
        slope = -(odds / beta + beta * odds + beta) / (1 + odds) - reach
        beta = np.clip(beta - value / slope, 1e-3, 10.0)
    return beta


def _beta_abandoning(reach: Floats, calm: Floats, hurry: Floats, target: float) -> Floats:
    """Garnett, Mandelbaum & Reiman (2002), bisected; calm = sqrt(patience / AHT), hurry = T / patience.

    P(V > T) = P(wait) Phi(-(b + d)) / Phi(-b) with b = beta calm and d = reach / calm, and
    P(wait) = 1 / (1 + h(b) / (calm h(-beta))), h the hazard of the normal distribution; of those who would wait less
    than T, about half of hurry abandon.
    """
    low, high = np.full_like(reach, -20.0), np.full_like(reach, 10.0)
    root = np.sqrt(2.0)
    for _ in range(12):
        beta = (low + high) / 2
        b, d = beta * calm, reach / calm
        with np.errstate(over="ignore", under="ignore", divide="ignore"):
            wait = 1 / (1 + special.erfcx(-beta / root) / (calm * special.erfcx(b / root)))
            beyond = wait * np.exp(special.log_ndtr(-b - d) - special.log_ndtr(-b))
        enough = beyond + (wait - beyond) * np.minimum(hurry / 2, 1.0) <= 1 - target
        high, low = np.where(enough, beta, high), np.where(enough, low, beta)
    return high
