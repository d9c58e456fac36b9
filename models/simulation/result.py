"""What a simulation counted, and what follows from it with confidence intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.simulation.case import SimulationCase
from models.simulation.layout import ANSWERED, MEASURES, OFFERED, SHORT, TIMES

Floats = NDArray[np.float64]
RATIOS = {
    "abandonment": ("abandoned", "offered"),
    "asa_s": ("wait_answered_s", "answered"),
    "mean_wait_s": ("wait_s", "offered"),
    "on_time": ("in_time", "due"),
}
"""Figure -> what it is a sum of, and over which sum. Service levels have their own names (`counted_contacts`)."""


def counted_contacts(cell: Floats, definition: str) -> Floats:
    """Contacts that a service level is a share of, by its definition.

    Parameters
    ----------
    cell : (..., MEASURES)
    definition : "offered", "answered" or "without_short_abandons"

    Returns
    -------
    (...)
    """
    if definition == "answered":
        return cell[..., ANSWERED]
    if definition == "without_short_abandons":
        return np.asarray(cell[..., OFFERED] - cell[..., SHORT])
    return cell[..., OFFERED]


@dataclass(frozen=True, eq=False)
class SimulationResult:
    """Counts of R replications.

    counts : (R, D, Q, MEASURES)
        By replication, day and queue, with `models.simulation.layout.MEASURES` along the last axis.
    times : (R, D, G, TIMES)
        Agent seconds by replication, day and group.
    interval_sums : (T, Q, MEASURES)
        Over all replications.
    interval_times : (T, G, TIMES)
        Over all replications.
    interval_squares : (T, Q + P, 3)
        Over all replications, of queues and then of the live queues of each of `case.pool_names` together: sums of
        x x, x y and y y with x = in_time and y = the contacts that `case.definition` counts.
    seconds : wall time. contacts : simulated, in all.
    """

    case: SimulationCase
    seed: int
    counts: Floats
    times: Floats
    interval_sums: Floats
    interval_times: Floats
    interval_squares: Floats
    seconds: float

    @property
    def replications(self) -> int:
        """Number of replications, R."""
        return len(self.counts)

    @property
    def contacts(self) -> float:
        """Contacts simulated."""
        return float(self.counts[..., MEASURES.index("offered")].sum())

    def measure(self, name: str) -> Floats:
        """One measure by replication, day and queue, (R, D, Q); or of times, (R, D, G)."""
        if name in TIMES:
            return self.times[..., TIMES.index(name)]
        return self.counts[..., MEASURES.index(name)]

    def parts(self, figure: str) -> tuple[Floats, Floats]:
        """Numerator and denominator of a figure of `RATIOS`, or of a service level by its definition, (R, D, Q)."""
        if figure in RATIOS:
            above, below = RATIOS[figure]
            return self.measure(above), self.measure(below)
        return self.measure("in_time"), counted_contacts(self.counts, figure)

    def service_level(self, definition: str | None = None) -> tuple[Floats, Floats]:
        """Service level of each queue over all days, and its half-width at 95 %; each (Q,).

        Parameters
        ----------
        definition : str, optional
            What it is a share of; the case's own when left out.
        """
        above, below = self.parts(definition or self.case.definition)
        return ratio(above.sum(axis=1), below.sum(axis=1))


def ratio(above: Floats, below: Floats, level: float = 0.95) -> tuple[Floats, Floats]:
    """Ratio of two sums over replications, and its half-width.

    Parameters
    ----------
    above, below : (R, ...)
        Independent replications along the first axis.
    level : float
        Of confidence.

    Returns
    -------
    (...), (...)
        sum(above) / sum(below), NaN where the sum below is 0; half-width NaN with one replication.

    Notes
    -----
    The variance of the ratio is that of above - ratio x below, over the squared mean of below (delta method; Law,
    "Simulation Modeling and Analysis", ratio estimators); Student's t with R - 1 degrees of freedom.
    """
    moments = np.stack([(above * above).sum(0), (above * below).sum(0), (below * below).sum(0)], axis=-1)
    return ratio_of_sums(above.sum(axis=0), below.sum(axis=0), moments, len(above), level)


def ratio_of_sums(
    above: Floats, below: Floats, squares: Floats, replications: int, level: float = 0.95
) -> tuple[Floats, Floats]:
    """Like `ratio`, from sums over replications: of both, and (..., 3) of above², above x below, below²."""
    from scipy.stats import t as student

    with np.errstate(divide="ignore", invalid="ignore"):
        value = above / below
        if replications < 2:
            return value, np.full_like(value, np.nan)
        spread = squares[..., 0] - 2 * value * squares[..., 1] + value * value * squares[..., 2]
        error = np.sqrt(np.maximum(spread, 0.0) * replications / (replications - 1)) / below
    return value, error * float(student.ppf(0.5 + level / 2, replications - 1))
