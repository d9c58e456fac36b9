"""Internal rates of return: all of them, or none. A rate is never guessed among several."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

_FINE, _COARSE = np.linspace(math.log(1e-4), math.log(1e3), 3000), np.linspace(-600.0, 600.0, 600)
_SCAN = np.unique(np.concatenate([_FINE, _COARSE]))
"""Logarithms of 1 + rate that are scanned for a change of sign: closely from -99.99 % to +99,900 % a period."""
_ON_ZERO = 1e-10
"""Largest present value, relative to the sum of the absolute ones, that counts as zero."""


@dataclass(frozen=True)
class Rates:
    """The internal rates of return of some flows.

    Parameters
    ----------
    roots : tuple of float
        Every rate above -1 at which the present value is zero, ascending; 0.1 for 10 % a period.
    sign_changes : int
        How often the flows change sign, zeros left out. There are at most that many roots (Descartes' rule).
    """

    roots: tuple[float, ...]
    sign_changes: int

    @property
    def only(self) -> float | None:
        """The rate, where there is exactly one; else None."""
        return self.roots[0] if len(self.roots) == 1 else None

    @property
    def words(self) -> str:
        """What has to be said about it, for a reader; empty when there is one rate and one change of sign."""
        if not self.roots:
            if self.sign_changes == 0:
                return "no internal rate of return: the flows never change sign"
            return "no internal rate of return: no rate makes the present value zero"
        if len(self.roots) > 1:
            listed = ", ".join(f"{100 * root:.4g} %" for root in self.roots)
            return f"{len(self.roots)} internal rates of return ({listed}): judge by net present value"
        if self.sign_changes > 1:
            return f"the flows change sign {self.sign_changes} times, yet there is one internal rate of return"
        return ""


def sign_changes(flows: Sequence[float]) -> int:
    """Count how often the sign changes from one flow that is not zero to the next such flow."""
    signs = [flow > 0 for flow in flows if flow != 0]
    return sum(one != other for one, other in pairwise(signs))


def internal_rates(flows: Sequence[float]) -> Rates:
    """Find every internal rate of return.

    Parameters
    ----------
    flows : sequence of float
        Net flows at the ends of periods 0, 1, 2, ... (0 is now), in money.

    Returns
    -------
    Rates
        All real roots r > -1 of ``sum of flow_t / (1 + r)^t = 0``. With one change of sign there is exactly one, and
        it is bracketed and refined by pyxirr. With several, every change of sign of the present value on a fine
        grid (-99.99 % to +99,900 % a period, a coarse one beyond) is bracketed, and the real roots of the polynomial
        are added, which may also touch zero without crossing it.

    Raises
    ------
    ValueError
        If a flow is not finite.

    Notes
    -----
    Source: Descartes' rule of signs; several roots of one series: Lorie and Savage, "Three problems in rationing
    capital", Journal of Business 28 (1955).
    """
    values = np.asarray(list(flows), dtype=np.float64)
    if not np.isfinite(values).all():
        raise ValueError("every flow must be a finite number")
    changes = sign_changes(values.tolist())
    if changes == 0:
        return Rates((), 0)
    kept = np.trim_zeros(values)  # zeros at either end change no root
    found = _bracketed(kept) + (_polynomial(kept) if changes > 1 else [])
    roots: list[float] = []
    for factor in sorted(_polished(kept, factor) for factor in found):
        if not roots or factor - roots[-1] > 1e-6 * factor:
            roots.append(factor)
    return Rates(tuple(factor - 1 for factor in roots), changes)


def _relative(flows: npt.NDArray[np.float64], log_factor: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Present values over the sums of their parts without sign, -1 to 1, which cannot overflow; shape of log_factor."""
    exponents = -np.multiply.outer(np.asarray(log_factor, dtype=np.float64), np.arange(len(flows), dtype=np.float64))
    sizes = np.log(np.abs(flows), out=np.full(len(flows), -np.inf), where=flows != 0) + exponents
    with np.errstate(under="ignore"):
        parts = np.exp(sizes - sizes.max(axis=-1, keepdims=True))
    return np.asarray((np.sign(flows) * parts).sum(axis=-1) / parts.sum(axis=-1))


def _bracketed(flows: npt.NDArray[np.float64]) -> list[float]:
    """Factors at which the present value crosses zero."""
    from scipy.optimize import brentq

    at_a_time = max(1, 2_000_000 // len(flows))
    values = np.concatenate([_relative(flows, _SCAN[k : k + at_a_time]) for k in range(0, len(_SCAN), at_a_time)])
    found = [math.exp(point) for point in _SCAN[values == 0]]
    for k in np.flatnonzero(values[:-1] * values[1:] < 0):
        root = brentq(lambda point: float(_relative(flows, point)), _SCAN[k], _SCAN[k + 1], xtol=1e-15, rtol=1e-14)
        found.append(math.exp(root))
    return found


def _polynomial(flows: npt.NDArray[np.float64]) -> list[float]:
    """Real positive roots of ``sum of flow_t x factor^(n - t)``, those that only touch zero too."""
    try:
        with np.errstate(all="ignore"):
            candidates = np.roots(flows)
    except np.linalg.LinAlgError:  # flows of sizes too far apart for it
        return []
    real = candidates.real[(np.abs(candidates.imag) < 1e-5 * np.abs(candidates)) & (candidates.real > 0)]
    return [float(factor) for factor in real if abs(_relative(flows, math.log(factor))) < _ON_ZERO]


def _polished(flows: npt.NDArray[np.float64], factor: float) -> float:
    """Let pyxirr finish what was found near by; what it finds elsewhere does not count."""
    import pyxirr

    rate = pyxirr.irr(flows.tolist(), guess=factor - 1, silent=True)
    near = rate is not None and math.isfinite(rate) and abs(1 + rate - factor) < 1e-6 * factor
    return 1 + float(rate) if near and rate is not None else factor
