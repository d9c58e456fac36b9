"""Sums of Poisson weights as ratios of incomplete gamma functions: what the three Erlang models have in common.

Every stationary probability of M/M/n, M/M/n/n and M/M/n+M is a sum of Poisson-like weights over one weight. Those
sums are incomplete gamma functions, so that a model costs the same for 3 and for 10,000 agents, and nothing over- or
underflows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Floats = NDArray[np.float64]

#: The one tolerance of the queueing models. A load, share or staff count this close to a step's edge lies on the
#: edge: 100 contacts x 180 s / 1800 s may be 9.999999999999998 in floats and means 10 erlang, never 11 servers.
EDGE = 1e-9

_UNDERFLOW = 1e-200  # below this an incomplete gamma value is no longer a usable denominator
_TEMME_ALWAYS = 1e5  # above this order scipy's series stops before it has converged (its relative error passes 1e-9)
_TEMME_FROM = 200.0  # from this order the three-term expansion is good to 1e-9; below it the plain series is short
_SERIES_TERMS = 60


def floats(*values: ArrayLike) -> tuple[Floats, ...]:
    """Broadcast the arguments against each other and return them as float arrays of one shape."""
    return tuple(np.array(a, dtype=np.float64) for a in np.broadcast_arrays(*values))


def log_gamma_star(x: Floats) -> Floats:
    """Log of Gamma(x+1) / (sqrt(2 pi x) (x/e)^x), Stirling's correction; x > 0, any shape."""
    big = np.maximum(x, 16.0)
    square = big * big
    out: Floats = (1 / 12 - (1 / 360 - (1 / 1260 - 1 / (1680 * square)) / square) / square) / big
    small = x < 16.0
    if small.any():
        v = x[small]
        out[small] = special.gammaln(v + 1) - (v * np.log(v) - v + 0.5 * np.log(2 * np.pi * v))
    return out


def poisson_weight(x: Floats, y: Floats) -> Floats:
    """y^x e^-y / Gamma(x+1) for real x >= 0, y > 0.

    The exponent is formed from x - y, not from the difference of two numbers of size x log x, and so keeps its
    digits for large x (C. Loader, "Fast and accurate computation of binomial probabilities", 2000).
    """
    v = np.maximum(x, 1e-300)
    delta = v - y
    with np.errstate(over="ignore", under="ignore", divide="ignore"):
        deviance = v * np.log1p(delta / y) - delta
        weight: Floats = np.exp(-deviance - log_gamma_star(v)) / np.sqrt(2 * np.pi * v)
    return np.where(x <= 0, np.exp(-y), weight)


def _temme(x: Floats, y: Floats, side: float) -> Floats:
    """P(x, y) (side -1) or Q(x, y) (side +1) over `poisson_weight(x, y)` for large x, uniformly in y.

    Source: DLMF 8.12.3-8.12.7 (Temme), terms c0 and c1. Written with erfcx, so neither factor underflows; on the
    upper side it is meant for y >= x, on the lower for y <= x.
    """
    mu = (y - x) / x
    with np.errstate(divide="ignore", invalid="ignore"):
        eta = np.sign(mu) * np.sqrt(np.maximum(2 * (mu - np.log1p(mu)), 0.0))
        c0 = 1 / mu - 1 / eta
        c1 = 1 / eta**3 - 1 / mu**3 - 1 / mu**2 - 1 / (12 * mu)
    # where the differences lose their digits: the expansions around eta = 0 (DLMF 8.12.10)
    near = np.abs(eta) < 1e-2
    c0 = np.where(near, -1 / 3 + eta / 12 - 2 * eta**2 / 135, c0)
    c1 = np.where(near, -1 / 540 - eta / 288, c1)
    scale = np.sqrt(np.pi * x / 2) * special.erfcx(side * eta * np.sqrt(x / 2))
    out: Floats = np.exp(log_gamma_star(x)) * (scale + side * (c0 + c1 / x))
    return out


def blocking(servers: Floats, load: Floats) -> Floats:
    """Erlang's loss B(servers, load) = weight(s; a) / Q(s+1, a), for real servers >= 0 and load > 0."""
    with np.errstate(under="ignore"):
        tail = special.gammaincc(servers + 1, load)
    hard = tail < _UNDERFLOW
    out: Floats = poisson_weight(servers, load) / np.where(hard, 1.0, tail)
    if hard.any():
        s, a = servers[hard], load[hard]
        inverse = np.ones_like(s)
        term = np.ones_like(s)
        # 1/B = sum of s(s-1)...(s-j) / a^(j+1): with so few servers for the load, a handful of terms
        for j in range(_SERIES_TERMS):
            term = term * np.maximum(s - j, 0.0) / a
            inverse += term
        large = s > _TEMME_FROM
        inverse[large] = 1 + _temme(s[large], a[large], 1.0)
        out[hard] = 1 / inverse
    return np.clip(out, 0.0, 1.0)


def first_of_queue(x: Floats, y: Floats) -> Floats:
    """1 / sum_(j>=0) y^j / ((x+1)...(x+j)): share of the first term among all terms of an abandoning queue.

    The sum is P(x, y) / weight(x; y) (C. Palm, 1957). x > 0: service rate of all agents over the abandonment rate;
    y > 0: arrival rate over the abandonment rate.
    """
    with np.errstate(under="ignore"):
        lower = special.gammainc(x, y)
    below = y <= x
    hard = below & ((lower < _UNDERFLOW) | (x > _TEMME_ALWAYS))
    out: Floats = poisson_weight(x, y) / np.where(hard, 1.0, np.maximum(lower, _UNDERFLOW))
    if hard.any():
        v, w = x[hard], y[hard]
        total = np.ones_like(v)
        term = np.ones_like(v)
        for j in range(1, _SERIES_TERMS):
            term = term * w / (v + j)
            total += term
        large = v > _TEMME_FROM
        total[large] = _temme(v[large], w[large], -1.0)
        out[hard] = 1 / total
    return np.clip(out, 0.0, 1.0)


def lower_ratio(x: Floats, y: Floats, decay: Floats, first: Floats) -> Floats:
    """P(x+1, z) / P(x, y) with z = y e^-decay, decay >= 0: work of the queue that lies beyond a waiting time.

    Below the load both values underflow, and the ratio is formed from its logarithm; above it they do not.
    `first` is `first_of_queue(x, y)`, which the caller has.
    """
    z = y * np.exp(-decay)
    out = np.empty_like(x)
    below = y <= x
    if below.any():
        v, w, u, d = x[below], y[below], z[below], decay[below]
        positive = np.maximum(u, 1e-300)
        exponent = -d * (v + 1) - w * np.expm1(-d)
        with np.errstate(under="ignore", divide="ignore", invalid="ignore"):
            ratio = np.exp(exponent) * w / (v + 1) * first[below] / first_of_queue(v + 1, positive)
        out[below] = np.where(u > 0, ratio, 0.0)
    above = ~below
    if above.any():
        with np.errstate(under="ignore"):
            out[above] = special.gammainc(x[above] + 1, z[above]) / special.gammainc(x[above], y[above])
    return np.clip(out, 0.0, 1.0)


def lower_ratio_same(x: Floats, y: Floats, decay: Floats, first: Floats) -> Floats:
    """P(x, z) / P(x, y) with z = y e^-decay, by P(x, z) = P(x+1, z) + weight(x; z)."""
    z = np.maximum(y * np.exp(-decay), 1e-300)
    with np.errstate(under="ignore", over="ignore"):
        exponent = np.minimum(-decay * x - y * np.expm1(-decay), 700.0)
        below = np.exp(exponent) * first
        above = poisson_weight(x, z) / np.maximum(special.gammainc(x, y), _UNDERFLOW)
    return np.clip(lower_ratio(x, y, decay, first) + np.where(y <= x, below, above), 0.0, 1.0)


def in_shape(value: Any, *like: ArrayLike) -> Any:
    """Python float for all-scalar arguments, else the array: what a numpy ufunc returns."""
    return float(value) if all(np.ndim(a) == 0 for a in like) else value
