"""From productive agents to heads on duty and back; shrinkage is the share of heads that is not at work.

Absence is taken linearly: of 13 heads with a shrinkage of 0.1, 11.7 agents are at work. Nothing is rounded down, since
the absence of a day is no fixed head: at times 12 of the 13 are there, at times 11. What a fractional number of agents
achieves is interpolated between the two whole numbers beside it (`models.requirement.evaluate`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.queueing.ratios import EDGE, Floats

Ints = NDArray[np.int64]


def productive(heads: ArrayLike, unplanned_shrinkage: float) -> Floats:
    """Agents at work out of `heads` on duty, heads x (1 - unplanned shrinkage); need not be whole."""
    _require_share(unplanned_shrinkage)
    at_work: Floats = np.asarray(heads, dtype=np.float64) * (1 - unplanned_shrinkage)
    return at_work


def heads_for(agents: ArrayLike, unplanned_shrinkage: float) -> Ints:
    """Least whole heads on duty of whom `agents` are at work, to the tolerance `EDGE`; the inverse of `productive`."""
    _require_share(unplanned_shrinkage)
    need = np.asarray(agents, dtype=np.float64) - EDGE
    heads = np.maximum(np.ceil(need / (1 - unplanned_shrinkage)), 0.0).astype(np.int64)
    # the quotient may round to either side of a whole number: settle it by what `productive` says
    heads = np.where(productive(heads, unplanned_shrinkage) < need, heads + 1, heads)
    return np.where((heads > 0) & (productive(heads - 1, unplanned_shrinkage) >= need), heads - 1, heads)


def _require_share(shrinkage: float) -> None:
    if not 0 <= shrinkage < 1:
        raise ValueError(f"shrinkage must lie in [0, 1), not {shrinkage}")
