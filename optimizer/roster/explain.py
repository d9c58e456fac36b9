"""What each soft rule costs in a roster, and what would be saved if it had no price."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace

from models.roster.case import Lines, RosterCase
from models.roster.check import check
from models.roster.records import Wish
from models.roster.rules import wish_name
from optimizer.roster.engine import RosterLimits, solve_roster

SHORT, OVER = "people short", "people over"
"""Names of what cover costs."""
LEAST_SECONDS = 1.0
"""For a search; a rule that gets less is not searched for."""


@dataclass(frozen=True)
class RulePrice:
    """What a rule costs.

    Attributes
    ----------
    costs : what the roster pays for missing the rule
    saving : by how much the whole roster gets cheaper where the rule has no price; at least this much, since the search
        ends with its time. None: not searched for
    how : how the saving was found
    """

    rule: str
    costs: float
    saving: float | None
    how: str


def rule_prices(case: RosterCase, lines: Lines, seconds: float, seed: int = 1) -> list[RulePrice]:
    """Return what each soft rule costs in a roster, the dearest first.

    Each rule in turn loses its price, and the search goes on from the roster for an equal share of the time.

    Parameters
    ----------
    seconds : of wall time for all searches together; Ctrl-C ends them
    """
    now = check(case, lines)
    costs = sorted(now.cost_by_rule().items(), key=lambda one: (-one[1], one[0]))
    end = time.perf_counter() + seconds
    found = []
    for number, (rule, cost) in enumerate(costs):
        share = (end - time.perf_counter()) / (len(costs) - number)
        if share < LEAST_SECONDS:
            why = "no time was left" if math.isfinite(end) else "Ctrl-C ended the searches"
            found.append(RulePrice(rule, cost, None, f"not searched for: {why}"))
            continue
        free = without_price(case, rule)
        begun = time.perf_counter()
        solution = solve_roster(free, RosterLimits(time_limit_s=share, seed=seed), start=lines)
        reached = solution.cost if solution.lines is not None else math.inf
        saving = max(cost, now.cost - reached)  # the roster itself costs that much less without the price
        how = f"the roster was searched anew without this price for {time.perf_counter() - begun:.0f} s"
        found.append(RulePrice(rule, cost, saving, how))
        if solution.interrupted:
            end = -math.inf
    return found


def without_price(case: RosterCase, rule: str) -> RosterCase:
    """Return the case in which missing a soft rule costs nothing."""

    def free(wish: Wish) -> Wish:
        return replace(wish, price=0.0) if wish.price is not None and wish_name(wish) == rule else wish

    employees = tuple(
        replace(one, rules=tuple(each for each in one.rules if each.name != rule or each.price is None))
        for one in case.employees
    )
    cover = tuple(
        replace(
            one,
            under_price=0.0 if rule == SHORT else one.under_price,
            over_price=0.0 if rule == OVER else one.over_price,
        )
        for one in case.cover
    )
    return replace(case, employees=employees, wishes=tuple(map(free, case.wishes)), cover=cover)
