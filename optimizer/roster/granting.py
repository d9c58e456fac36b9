"""What it would cost to grant a request that a roster refuses, and what stands against it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from models.roster.case import Lines, RosterCase
from models.roster.check import RosterCheck, check
from models.roster.records import Reason, Wish
from models.roster.repair import changed_days, repaired
from optimizer.roster.engine import RosterLimits
from optimizer.roster.nearby import nearest_people, solve_near

LEAST_SECONDS = 4.0
"""For a search; a request that gets less is not searched for."""
MOST_RULES = 3
MOST_PEOPLE = 12
"""Who may change for a request."""


@dataclass(frozen=True)
class Grant:
    """A refused request.

    Attributes
    ----------
    more : what all rules cost more in the cheapest roster found that grants it; none where it was not searched for, or
        cannot be granted
    days, people : of which that roster is another
    why : rules that cost more then, or that exclude the request; or why nothing is known
    """

    wish: Wish
    more: float | None
    days: int
    people: int
    why: str


def refused(case: RosterCase, lines: Lines) -> list[Wish]:
    """Requests that a roster refuses, the dearest first."""
    wishes = [
        wish
        for wish in case.wishes
        if wish.reason is Reason.REQUEST
        and wish.price
        and not case.granted(wish, int(lines[case.employee_index[wish.employee], wish.day]))
    ]
    return sorted(wishes, key=lambda wish: (-(wish.price or 0.0), wish.day, wish.employee))


def grants(
    case: RosterCase, lines: Lines, wishes: Sequence[Wish], seconds: float, *, change_price: float, seed: int = 1
) -> list[Grant]:
    """Search, for each of some refused requests, for a roster near this one that grants it.

    Parameters
    ----------
    change_price : of each day that changes; it is not part of what a request costs more
    seconds : of wall time for all searches together; each ends with its share, so that costs are upper bounds
    """
    end, found, before = time.perf_counter() + seconds, list[Grant](), check(case, lines)
    for number, wish in enumerate(wishes):
        share = (end - time.perf_counter()) / (len(wishes) - number)
        share = max(share, min(LEAST_SECONDS, end - time.perf_counter()))  # rather some of them well than all badly
        if share < LEAST_SECONDS:
            found.append(Grant(wish, None, 0, 0, "not searched for: no time was left"))
            continue
        limits = RosterLimits(time_limit_s=share, seed=seed)
        grant, interrupted = _grant(case, lines, before, wish, limits, change_price)
        found.append(grant)
        if interrupted:
            end = time.perf_counter()
    return found


def _grant(
    case: RosterCase, lines: Lines, before: RosterCheck, wish: Wish, limits: RosterLimits, change_price: float
) -> tuple[Grant, bool]:
    hard = replace(case, wishes=tuple(replace(one, price=None) if one is wish else one for one in case.wishes))
    changed, place = repaired(hard, lines, change_price), case.employee_index[wish.employee]
    swap = wish.day, int(lines[place, wish.day])
    near = nearest_people(changed, lines, check(changed, lines), [place], [swap], MOST_PEOPLE)
    solution = solve_near(changed, lines, near, limits)
    if solution.lines is None:
        demands = "; ".join(demand for conflict in solution.conflicts for demand in conflict.demands)
        return Grant(wish, None, 0, 0, f"cannot be granted beside: {demands or 'the other rules'}"), False
    after = check(case, solution.lines)
    costs, then = before.cost_by_rule(), after.cost_by_rule()
    more = {rule: cost - costs.get(rule, 0.0) for rule, cost in then.items() if cost > costs.get(rule, 0.0) + 0.005}
    worst = sorted(more.items(), key=lambda one: (-one[1], one[0]))[:MOST_RULES]
    days = changed_days(lines, solution.lines)
    why = ", ".join(f"{rule} +{cost:,.2f}" for rule, cost in worst) or "no rule costs more"
    people = len({place for place, _ in days})
    return Grant(wish, after.cost - before.cost, len(days), people, why), solution.interrupted
