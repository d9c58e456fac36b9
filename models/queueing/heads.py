"""From productive agents to heads on duty and back; shrinkage is the share of heads that is not at work."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.queueing.ratios import EDGE

Ints = NDArray[np.int64]


def productive(heads: ArrayLike, unplanned_shrinkage: float) -> Ints:
    """Whole agents at work out of `heads` on duty: heads x (1 - unplanned shrinkage), rounded down."""
    _require_share(unplanned_shrinkage)
    return np.floor(np.asarray(heads, dtype=np.float64) * (1 - unplanned_shrinkage) + EDGE).astype(np.int64)


def heads_for(agents: ArrayLike, unplanned_shrinkage: float) -> Ints:
    """Least heads on duty of whom `agents` are at work; the inverse of `productive`."""
    _require_share(unplanned_shrinkage)
    need = np.asarray(agents, dtype=np.float64)
    heads = np.ceil(need / (1 - unplanned_shrinkage) - 2 * EDGE).astype(np.int64)
    # the quotient may round to either side of a step: settle it by what `productive` says
    heads = np.where(productive(heads, unplanned_shrinkage) < need, heads + 1, heads)
    return np.where((heads > 0) & (productive(heads - 1, unplanned_shrinkage) >= need), heads - 1, heads)


def _require_share(shrinkage: float) -> None:
    if not 0 <= shrinkage < 1:
        raise ValueError(f"shrinkage must lie in [0, 1), not {shrinkage}")
