"""From the solution of a roster case to the roster that people read."""

from __future__ import annotations

import math

from models.plan import StageResult
from models.roster.answer import Roster
from models.roster.case import RosterCase
from optimizer.roster.engine import RosterSolution
from optimizer.solve import STAGE_STATUS


def roster_of(case: RosterCase, solution: RosterSolution) -> Roster:
    """Return the roster of a solution with its proof.

    Raises
    ------
    ValueError
        If the solution has no roster.
    """
    if solution.lines is None:
        raise ValueError(f"there is no roster: {solution.status}")
    bounded = math.isfinite(solution.bound)
    return Roster(
        case,
        solution.lines,
        StageResult(
            STAGE_STATUS[solution.status],
            solution.cost,
            solution.bound if bounded else None,
            solution.gap if bounded else None,
            solution.seconds,
            solution.solver,
            solution.seed,
        ),
    )
