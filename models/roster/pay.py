"""What a roster is paid, by the calculators: hours and premiums minute by minute, overtime by its tiers.

base, premium
    as in `models.cost`, for each shift at the employee's wage.
overtime
    for each tier of a day: wage x (percent - that of the tier below) for the hours of a shift beyond it; for each tier
    of a week the same for the hours of the week beyond it that were no overtime of their day. Hours of the history
    count towards the week in which the horizon begins, and are not paid again.
leave
    wage x the hours that paid leave credits.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import pandas as pd

from models.cost import PayRules, Premium, price
from models.roster.case import OFF, Lines
from models.roster.folder import Agent, RosterFolder
from models.roster.settings import OvertimeTier

PAY_COLUMNS = ("employee", "hours", "leave_hours", "base", "premium", "overtime_hours", "overtime", "leave", "pay")


def pay_table(found: RosterFolder, lines: Lines, worked: pd.DataFrame) -> pd.DataFrame:
    """Return `PAY_COLUMNS`, one row for each employee, in the folder's currency.

    Parameters
    ----------
    found : RosterFolder
    lines : ndarray of int, shape (employees, days)
    worked : DataFrame
        Rows of these lines (`models.roster.worked.worked_shifts`).
    """
    shifts = _priced_shifts(found, worked)
    rows = []
    for place, agent in enumerate(found.agents):
        base, premium = shifts.get(agent.name, (0.0, 0.0))
        minutes = found.case.length_min[lines[place][lines[place] != OFF]].sum()
        leave_hours = sum(agent.credit_min) / 60
        over = _Overtime(found, agent, lines[place])
        leave = leave_hours * agent.wage_per_hour
        rows.append(
            (
                agent.name, minutes / 60, leave_hours, base, premium, over.hours, over.cost, leave,
                base + premium + over.cost + leave,
            )
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(PAY_COLUMNS))


def _priced_shifts(found: RosterFolder, worked: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Base and premium of each employee; shifts alike in wage and time are priced once."""
    if worked.empty:
        return {}
    wages = {agent.name: agent.wage_per_hour for agent in found.agents}
    rows = worked.assign(pool=[repr(wages[name]) for name in worked["employee"]], count=1)
    alike = ["pool", "shift", "start", "end", "paid_min", "breaks"]
    different = rows.drop_duplicates(alike).reset_index(drop=True)
    rules = PayRules(
        time_zone=found.settings.time_zone,
        wage_per_hour={repr(wage): wage for wage in wages.values()},
        holiday_percent=found.holiday_percent,
        premiums=tuple(
            Premium(one.name, frozenset(one.days), one.from_min, one.to_min, one.percent)
            for one in found.settings.pay.premiums
        ),
        holidays=frozenset(found.settings.holidays),
    )
    priced = price(different[[*alike, "count"]], rules).rows
    each = rows.merge(priced[[*alike, "base", "premium"]], on=alike, how="left", validate="many_to_one")
    sums = each.groupby("employee")[["base", "premium"]].sum()
    return {str(name): (float(row["base"]), float(row["premium"])) for name, row in sums.iterrows()}


class _Overtime:
    """Overtime of one person.

    Parameters
    ----------
    line : types of shift by day, (days,)
    """

    def __init__(self, found: RosterFolder, agent: Agent, line: Lines) -> None:
        self._found, self._agent = found, agent
        case = found.case
        employee = case.employees[case.employee_index[agent.name]]
        known = case.with_history(employee, line)
        self._first = -len(employee.history)
        self._hours = np.where(known == OFF, 0, case.length_min[known]) / 60.0

    def _tiers(self, each: str) -> list[OvertimeTier]:
        return sorted((tier for tier in self._found.overtime if tier.each == each), key=lambda tier: tier.after_hours)

    @cached_property
    def _spells(self) -> list[tuple[str, float, float]]:
        """Kind, hours before the horizon and hours in all, of each day and of each week without its days' overtime."""
        inside = np.arange(self._first, self._first + len(self._hours)) >= 0
        day_tiers = self._tiers("day")
        limit = day_tiers[0].after_hours if day_tiers else np.inf
        spells = [("day", 0.0, float(hours)) for hours in self._hours[inside]]
        straight = np.minimum(self._hours, limit)
        for first, end in self._found.calendar.weeks:
            places = slice(max(first - self._first, 0), max(end - self._first, 0))
            before = float(straight[places][~inside[places]].sum())
            spells.append(("week", before, float(straight[places].sum())))
        return spells

    @property
    def hours(self) -> float:
        """Hours beyond the lowest tier of their day or week."""
        found = 0.0
        for each in ("day", "week"):
            if tiers := self._tiers(each):
                found += self._beyond(each, tiers[0].after_hours)
        return found

    @property
    def cost(self) -> float:
        """What the tiers add to the pay."""
        return sum(self._tier_cost(each, self._tiers(each)) for each in ("day", "week"))

    def _tier_cost(self, each: str, tiers: Sequence[OvertimeTier]) -> float:
        cost, paid = 0.0, 0.0
        for tier in tiers:
            more = max(0.0, tier.percent - paid) / 100
            cost += more * self._agent.wage_per_hour * self._beyond(each, tier.after_hours)
            paid = max(paid, tier.percent)
        return cost

    def _beyond(self, each: str, after: float) -> float:
        return sum(
            max(0.0, hours - after) - max(0.0, before - after) for kind, before, hours in self._spells if kind == each
        )
