"""The plan that comes of deciding in sequence: mix at the average cost of an hour, then initiatives, then schedules.

It is what separate models give, and stands beside the plan that is decided together: the loop begins with it, so that
its plan never costs more.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.faults import FaultLog
from models.investment.assembly import work_of
from models.investment.case import Choice
from models.investment.pricing import effect_in_time
from models.investment.with_mix import mix_at, mix_work
from models.mix.case import MixCase
from models.mix.records import Floats
from optimizer.invest.model import InvestModel
from optimizer.invest.search import search
from optimizer.loop.problem import LoopProblem
from optimizer.mix.lead import solve_case
from optimizer.mix.search import Limits

SEARCH_SECONDS, SEARCH_GAP = 20.0, 1e-3
State = tuple[MixCase, Floats]
"""A month with its effects, and the mix."""
InSequence = tuple[Choice | None, list[State], tuple[int, ...]]
"""Choice, states, and the state of each period."""


def in_sequence(
    problem: LoopProblem, hourly: float, plain: MixCase, limits: Limits, seconds: float = SEARCH_SECONDS
) -> InSequence | None:
    """Decide mix, then initiatives; None where one of the two finds nothing.

    Parameters
    ----------
    problem : LoopProblem
    hourly : float
        Today's average cost of a handling hour.
    plain : MixCase
        The average month on cost tables, which the states are returned on.
    limits : Limits
        Of each mix.
    seconds : float
        Wall time of the search for initiatives.

    Returns
    -------
    choice, states, state_of
        As `optimizer.loop.rounds.Candidate` has them.
    """
    month = problem.split.case
    rates = np.full(len(month.pools), hourly * month.settings.people.busy_share)
    month = replace(month, pool_cost_per_hour=rates)
    program, found = solve_case(month, limits)
    if found.values is None:
        return None
    case = problem.case
    if case is None:
        return None, [(plain, program.flows(found.values))], (0,)
    settings = case.settings
    work = work_of(mix_work(month, settings.people, program.flows(found.values)), settings, FaultLog())
    likely = np.array([[effect.likely for effect in case.effects]])
    choice = search(
        InvestModel(replace(case, work=work), likely), time_limit_s=min(seconds, SEARCH_SECONDS), gap=SEARCH_GAP
    ).choice
    if choice is None:
        return None
    share, kept = effect_in_time(case, choice)
    known: dict[bytes, int] = {}
    states: list[State] = []
    places = []
    for t in range(case.horizon.periods):
        key = np.round(np.concatenate([share[:, t], np.where(share[:, t] > 0, kept[:, t], 1.0)]), 9).tobytes()
        if key not in known:
            changed = mix_at(case, month, share[:, t], kept[:, t])
            program, found = solve_case(changed, limits)
            if found.values is None:
                return None
            known[key] = len(states)
            states.append((mix_at(case, plain, share[:, t], kept[:, t]), program.flows(found.values)))
        places.append(known[key])
    return choice, states, tuple(places)
