"""What the people of a channel mix cost in a year, as a straight line of their handling hours.

With cost tables a month's people cost a step of its pool's table (`models.mix.cost`). Over the months of a year, each
with another load, the steps even out: the sum is nearly a line, a part that is there whatever the work is (opening
hours, least teams) and a price of a further handling hour. An hour that is saved saves that price, which is less than
the average hour costs. The line goes through today's cost exactly; how far it is from the tables elsewhere is said.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.investment.case import Floats
from models.investment.settings import InvestSettings
from models.mix.case import MixCase
from models.mix.cost import MixCost, step_cost
from models.remark import remark

DAYS_PER_YEAR = 365.0
REACH = (0.6, 1.1)
"""Shares of today's hours between which the line is fitted and its distance is looked for."""
POINTS = 51


@dataclass(frozen=True)
class PeopleLine:
    """People's cost of a pool in a year of 365 days: ``standing + per_hour x handling hours``.

    Parameters
    ----------
    pool : str
    hours, cost : float
        Handling hours and cost of today's year.
    standing, per_hour : float
        Cost that is there whatever the work is, and of a further handling hour.
    error : float
        Most that the line is off where hours are `REACH` of today's, money a year; 0 when people are paid by the hour.
    """

    pool: str
    hours: float
    cost: float
    standing: float
    per_hour: float
    error: float = 0.0


def people_lines(mix: MixCase, cost: MixCost) -> tuple[PeopleLine, ...]:
    """Draw the line of each pool through what a mix costs.

    Parameters
    ----------
    mix : MixCase
    cost : MixCost
        Of today's flows (`models.mix.cost.price_flow`), all of it finite.

    Returns
    -------
    tuple of PeopleLine
        In the order of the pools. The slope is that of least squares among lines through today's point, at least 0 and
        at most today's average; loads beyond the table's last are left out.
    """
    year = DAYS_PER_YEAR / float(mix.days.sum())
    lines = []
    for p, pool in enumerate(mix.pools):
        hours, paid = cost.pool_hours[p], float(cost.people[p].sum())
        whole = float(hours.sum())
        average = paid / whole if whole > 0 else 0.0
        slope, error = average, 0.0
        if mix.settings.people.cost_from == "cost_table" and whole > 0:
            slope, error = _fit(mix, p, hours, paid, average)
        lines.append(PeopleLine(pool, whole * year, paid * year, (paid - slope * whole) * year, slope, error * year))
    return tuple(lines)


def _fit(mix: MixCase, pool: int, hours: Floats, paid: float, average: float) -> tuple[float, float]:
    """Return the slope of a pool's line and the most that it is off its cost table."""
    for planes in mix.cost_planes:
        if pool in planes.pools:
            # with the other pools as they are; of several planes and regions the steepest stands for all
            slopes = [one.per_hour[:, planes.pools == pool].max() for one in planes.regions]
            return float(np.clip(max(slopes), 0.0, average)), 0.0
    table, weeks = mix.table_of(pool), mix.days / 7
    shares = np.linspace(*REACH, POINTS)
    costs = np.array(
        [sum(step_cost(table, k * load / w) * w for load, w in zip(hours, weeks, strict=True)) for k in shares]
    )
    known = np.isfinite(costs)
    more, dearer = ((shares - 1) * hours.sum())[known], costs[known] - paid
    slope = float(np.clip(more @ dearer / (more @ more), 0.0, average))
    return slope, float(np.abs(dearer - slope * more).max())


def with_standing_people(settings: InvestSettings, mix: MixCase, lines: tuple[PeopleLine, ...]) -> InvestSettings:
    """Return the settings with the paid hours that a mix needs whatever its work is; as they are without cost tables.

    Raises
    ------
    ValueError
        If people.cost_per_hour is 0 beside cost tables: paid hours are people's cost divided by it.
    """
    if mix.settings.people.cost_from != "cost_table":
        return settings
    rate = settings.people.cost_per_hour
    if rate <= 0:
        raise ValueError("must be above 0 beside cost tables: paid hours are what people cost divided by it")
    standing = sum(line.standing for line in lines)
    people = settings.people.model_copy(update={"standing_hours_per_year": standing / rate})
    return settings.model_copy(update={"people": people})


def distance_in_words(lines: tuple[PeopleLine, ...], currency: str) -> str:
    """Say how far the lines are from the cost tables; empty when people are paid by the hour."""
    error, cost = sum(line.error for line in lines), sum(line.cost for line in lines)
    if not error:
        return ""
    per_hour = ", ".join(f"{line.pool} {line.per_hour:.2f}" for line in lines if line.hours)
    low, high = (f"{share:.0%}" for share in REACH)
    return remark(
        "people's cost follows pool_costs.csv by a line: a handling hour less saves {names}; where hours are {low} to "
        "{high} of today's it is off by at most {money} a year ({share})", names=f"{currency} {per_hour}", low=low,
        high=high, money=f"{currency} {error:,.0f}", share=f"{error / cost:.1%}",
    )  # fmt: skip
