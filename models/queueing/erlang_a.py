"""Erlang A (M/M/n+M): contacts wait and abandon after an exponential patience. Exact, in closed form, on arrays.

With n servers, AHT 1/mu, mean patience 1/theta, arrival rate lambda, load a = lambda/mu; x = n mu / theta, y =
lambda / theta:

- busy states are those of Erlang B; states with a queue have weights y^j / ((x+1)...(x+j)) relative to "n busy", so
  P(wait) = 1 / (1 + (1/B - 1) / F), 1/F = their sum = P(x, y) / weight(x; y) (Palm 1957; Mandelbaum & Zeltyn 2007,
  section 4);
- the wait that an endlessly patient contact would meet has density n mu p_n exp(-n mu t + y (1 - e^(-theta t))) for
  t > 0 (Baccelli & Hebuterne 1981), from which service within T, P(V > t) and short abandons follow as incomplete
  gamma functions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from models.queueing.erlang_c import figures_c, require_not_negative
from models.queueing.ratios import Floats, blocking, first_of_queue, floats, lower_ratio, lower_ratio_same


@dataclass(frozen=True)
class QueueFigures:
    """What a queue does to its contacts; arrays of one (broadcast) shape.

    `sl_offered`: served within T over all offered contacts. `sl_answered`: over those that were served at all.
    `sl_without_short_abandons`: over those that did not abandon within the short-abandon time. `abandonment`: share
    that leaves unserved (Erlang B: that is blocked). `mean_wait_s`: over all contacts, served or not. `queue`: mean
    number that wait. `occupancy`: share of the servers that is busy. `short_abandonment`: share that abandons within
    the short-abandon time. No load: service levels 1, all else 0.
    """

    p_wait: Floats
    sl_offered: Floats
    sl_answered: Floats
    sl_without_short_abandons: Floats
    abandonment: Floats
    mean_wait_s: Floats
    queue: Floats
    occupancy: Floats
    short_abandonment: Floats

    def service_level(self, definition: str) -> Floats:
        """Service level by its name: offered, answered or without_short_abandons."""
        levels = {
            "offered": self.sl_offered,
            "answered": self.sl_answered,
            "without_short_abandons": self.sl_without_short_abandons,
        }
        if definition not in levels:
            raise ValueError(f"unknown definition of service level {definition!r}; one of {', '.join(levels)}")
        return levels[definition]

    def counted(self, definition: str) -> Floats:
        """Share of the offered contacts that a service level by this name is a share of.

        Intervals together have sum(contacts x counted x level) / sum(contacts x counted), not the mean of their levels.
        """
        shares = {
            "offered": np.ones_like(self.sl_offered),
            "answered": 1 - self.abandonment,
            "without_short_abandons": 1 - self.short_abandonment,
        }
        if definition not in shares:
            raise ValueError(f"unknown definition of service level {definition!r}; one of {', '.join(shares)}")
        return shares[definition]


def erlang_a(
    servers: ArrayLike,
    load: ArrayLike,
    aht_s: ArrayLike,
    patience_s: ArrayLike,
    within_s: ArrayLike,
    short_abandon_s: ArrayLike | None = 5.0,
) -> QueueFigures:
    """Exact stationary figures of M/M/n+M; arguments broadcast.

    Parameters
    ----------
    servers : array_like, >= 0
    load : array_like, erlang, >= 0
    aht_s, patience_s : array_like, seconds, > 0
        Infinite patience is Erlang C.
    within_s, short_abandon_s : array_like, seconds, >= 0
        None for the second saves its time and leaves `sl_without_short_abandons` undefined (NaN).

    Raises
    ------
    ValueError : a negative or undefined argument.

    Notes
    -----
    Absolute error below 1e-9 for servers x patience / AHT up to 1e5, checked against the birth-death chain in the
    tests.
    """
    given = 0.0 if short_abandon_s is None else short_abandon_s
    s, a, aht, patience, within, short = floats(servers, load, aht_s, patience_s, within_s, given)
    require_not_negative(servers=s, load=a, aht_s=aht, patience_s=patience, within_s=within, short_abandon_s=short)
    if not ((aht > 0).all() and (patience > 0).all()):
        raise ValueError("aht_s and patience_s must be positive")
    # no load: nobody waits, everybody (nobody) is served
    p_wait, served_after_wait, short_left, abandonment, wait = (np.zeros_like(a) for _ in range(5))
    empty = (a > 0) & (s <= 0)  # no server: everybody waits and, unless endlessly patient, abandons
    p_wait[empty] = 1.0
    wait[empty] = patience[empty]
    abandonment[empty] = np.where(np.isinf(patience[empty]), 0.0, 1.0)
    short_left[empty] = -np.expm1(-short[empty] / patience[empty])
    patient = (a > 0) & (s > 0) & np.isinf(patience)
    if patient.any():
        i = patient
        p_wait[i], on_time, wait[i] = figures_c(s[i], a[i], aht[i], within[i])
        served_after_wait[i] = on_time - (1 - p_wait[i])
    live = (a > 0) & (s > 0) & ~np.isinf(patience)
    if live.any():
        i = live
        got = _abandoning(s[i], a[i], aht[i], patience[i], within[i], None if short_abandon_s is None else short[i])
        p_wait[i], served_after_wait[i], abandonment[i], short_left[i] = got
        wait[i] = abandonment[i] * patience[i]  # Little's law for the queue: theta E[Q] = lambda P(abandon)
    offered = np.clip(1 - p_wait + served_after_wait, 0.0, 1.0)
    served = 1 - abandonment
    carried = a * served
    with np.errstate(divide="ignore", invalid="ignore"):
        busy = np.where(s > 0, np.minimum(carried / s, 1.0), 0.0)
        answered = np.where(served > 0, np.minimum(offered / served, 1.0), 0.0)
        without_short = np.where(short_left < 1, np.minimum(offered / (1 - short_left), 1.0), 0.0)
        queue = np.where(a > 0, a / aht * wait, 0.0)
    return QueueFigures(p_wait, offered, answered, without_short, abandonment, wait, queue, busy, short_left)


def _abandoning(
    s: Floats, a: Floats, aht: Floats, patience: Floats, within: Floats, short: Floats | None
) -> tuple[Floats, Floats, Floats, Floats]:
    """P(wait), P(served after a wait of at most `within`), P(abandon), P(abandon within `short`); loads > 0."""
    x, y = s * patience / aht, a * patience / aht
    first = first_of_queue(x, y)
    loss = blocking(s, a)
    with np.errstate(divide="ignore", over="ignore"):
        p_wait = 1 / (1 + (1 / loss - 1) * first)
    through = np.clip(x / y * (1 - first), 0.0, 1.0)  # P(served | wait)
    abandonment = p_wait * (1 - through)

    def served_by(t: Floats) -> Floats:
        """P(served after a wait of at most t | wait)."""
        late = lower_ratio(x, y, t / patience, first)
        return np.clip(through - x / y * late, 0.0, through)

    after_wait = p_wait * served_by(within)
    if short is None:
        return p_wait, after_wait, abandonment, np.full_like(a, np.nan)
    # left within r seconds = met a queue, minus still waiting at r, minus served until r
    decay = short / patience
    still = np.exp(-decay) * lower_ratio_same(x, y, decay, first)
    short_left = p_wait * np.clip(1 - still - served_by(short), 0.0, 1.0)
    return p_wait, after_wait, abandonment, np.minimum(short_left, abandonment)
