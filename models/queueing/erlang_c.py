"""Erlang B (blocked contacts are lost) and Erlang C (everybody waits, nobody abandons), element by element on arrays.

Arguments broadcast like those of a numpy ufunc; scalars in, floats out. `servers` are contacts that can be handled
at once (agents x concurrency), `load` is the offered load in erlangs, arrivals per second x AHT in seconds.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from models.queueing.ratios import EDGE, Floats, blocking, floats, in_shape


def erlang_b(servers: ArrayLike, load: ArrayLike) -> Any:
    """Probability that all servers are busy when no contact can wait.

    Parameters
    ----------
    servers : array_like, >= 0
        Real values are allowed (the usual continuation by the gamma function).
    load : array_like, erlang, >= 0

    Returns
    -------
    float or ndarray of the broadcast shape; 1 where there are no servers, 0 where there is no load.

    Notes
    -----
    B(0) = 1, B(k) = a B(k-1) / (k + a B(k-1)) (A. K. Erlang, 1917), here in closed form by the incomplete gamma
    function.
    """
    s, a = floats(servers, load)
    require_not_negative(servers=s, load=a)
    live = (s > 0) & (a > 0)
    out = np.where(s > 0, 0.0, 1.0)
    out[live] = blocking(s[live], a[live])
    return in_shape(out, servers, load)


def erlang_c(servers: ArrayLike, load: ArrayLike) -> Any:
    """Probability that a contact has to wait, C = s B / (s - a (1 - B)); 1 where the load reaches the servers."""
    s, a = floats(servers, load)
    require_not_negative(servers=s, load=a)
    return in_shape(wait_probability_c(s, a), servers, load)


def service_level_c(servers: ArrayLike, load: ArrayLike, aht_s: ArrayLike, within_s: ArrayLike) -> Any:
    """Share of contacts answered within `within_s` seconds, 1 - C exp(-(s - a) T / AHT).

    0 where the queue has no end (load reaches the servers), 1 where there is no load.
    """
    s, a, aht, within = floats(servers, load, aht_s, within_s)
    require_not_negative(servers=s, load=a, within_s=within)
    return in_shape(figures_c(s, a, aht, within)[1], servers, load, aht_s, within_s)


def asa_c_s(servers: ArrayLike, load: ArrayLike, aht_s: ArrayLike) -> Any:
    """Average speed of answer in seconds over all contacts, C AHT / (s - a); infinite where the queue has no end."""
    s, a, aht = floats(servers, load, aht_s)
    require_not_negative(servers=s, load=a)
    return in_shape(figures_c(s, a, aht, np.zeros_like(a))[2], servers, load, aht_s)


def wait_probability_c(s: Floats, a: Floats) -> Floats:
    """`erlang_c` on float arrays of one shape."""
    stable = is_stable(s, a)
    out = np.where(a > 0, 1.0, 0.0)
    live = stable & (a > 0)
    b, rho = blocking(s[live], a[live]), a[live] / s[live]
    out[live] = b / (1 - rho * (1 - b))
    return out


def figures_c(s: Floats, a: Floats, aht: Floats, within: Floats) -> tuple[Floats, Floats, Floats]:
    """P(wait), service level and mean wait in seconds on float arrays of one shape."""
    p_wait = wait_probability_c(s, a)
    stable = is_stable(s, a)
    spare = np.where(stable, s - a, 1.0)
    with np.errstate(under="ignore"):
        on_time = np.where(stable, 1 - p_wait * np.exp(-spare * within / aht), 0.0)
    wait = np.where(stable, p_wait * aht / spare, np.inf)
    return p_wait, np.where(a > 0, on_time, 1.0), np.where(a > 0, wait, 0.0)


def is_stable(s: Floats, a: Floats) -> Any:
    """More servers than load, beyond the tolerance `EDGE`."""
    return s > a * (1 + EDGE)


def require_not_negative(**values: Floats) -> None:
    """Raise ValueError for a negative or undefined (NaN) value, naming the argument."""
    for name, value in values.items():
        if not (value >= 0).all():
            raise ValueError(f"{name} must not be negative or undefined: {value[~(value >= 0)][:3]}")
