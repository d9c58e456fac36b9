"""The portfolio written out as algebra in PuLP: to be read, and to be exported for any solver that a user owns.

The program, its sets and its names are those of `optimizer.invest.model`, whose arrays are made for speed and gain
tangents as they are solved; here the tangents stand at given points. A test holds the two to the same optimum.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from models.investment.case import Floats, InvestmentCase
from models.investment.pricing import deductible
from models.investment.risk import scenario_sizes
from models.investment.tables import CHANGES, GAINS
from optimizer.invest.bundles import Bundle, bundles, log_left

Point = tuple[int, int, int]
"""Bundle, period and scenario of a curve."""
Points = Mapping[Point, Sequence[tuple[float, float]]]
"""Where tangents touch: logarithms u and g of each curve."""
EVEN_POINTS = 9
"""Tangents along each logarithm when no points are given."""


def as_pulp(case: InvestmentCase, points: Points | None = None) -> Any:
    """Write a case as a PuLP problem.

    Parameters
    ----------
    case : InvestmentCase
    points : mapping of Point to (u, g), optional
        Where the tangents touch; evenly spaced when left out (`even_points`). A curve without points has those of the
        last period before it that has some.

    Returns
    -------
    pulp.LpProblem
        Money in thousands. Variables are named by the indices of options, periods, bundles and scenarios.
    """
    return _Twin(case, even_points(case) if points is None else points).problem()


def even_points(case: InvestmentCase, count: int = EVEN_POINTS) -> dict[Point, list[tuple[float, float]]]:
    """Return a grid of points from everything harmful to everything helpful, ``count`` along each logarithm."""
    found: dict[Point, list[tuple[float, float]]] = {}
    for w, sizes in enumerate(scenario_sizes(case)):
        for m, bundle in enumerate(bundles(case)):
            us, gs = (np.linspace(*ends, count) for ends in _ends(case, bundle, sizes))
            gs = gs if bundle.repeat_effects else gs[:1]
            grid = [(float(u), float(g)) for u in us for g in gs]
            found |= {(m, t, w): grid for t in np.flatnonzero(bundle.cost).tolist()}
    return found


def overstated(case: InvestmentCase, count: int = EVEN_POINTS) -> float:
    """Most by which tangents at even points overstate the net present value of any portfolio, money.

    A tangent lies below what is left of a cost, F(u, g), by at most half the second derivatives of F times the squared
    distances (Taylor); those grow with u and g, so they are taken where both are largest, the distances as half a step.
    """
    worst = 0.0
    end = (1 + case.settings.discount_rate) ** -np.arange(1.0, case.horizon.years + 1)
    weight = (1 - case.settings.tax.rate) * np.repeat(end, case.horizon.periods_per_year)
    for sizes in scenario_sizes(case):
        total = 0.0
        for bundle in bundles(case):
            ends = np.array(_ends(case, bundle, sizes))
            du, dg = (ends[:, 1] - ends[:, 0]) / (count - 1) / 2
            again = bundle.repeats * np.exp(ends[1, 1])
            slope, bend = again / (1 - again), again / (1 - again) ** 2
            left = np.exp(ends[0, 1]) * (1 - bundle.repeats) / (1 - again)
            error = left * (du**2 + 2 * du * dg * slope + dg**2 * (slope**2 + bend)) / 2
            total += float(error @ bundle.parts @ weight)
        worst = max(worst, total)
    return worst


def _ends(case: InvestmentCase, bundle: Bundle, sizes: Floats) -> tuple[tuple[float, float], tuple[float, float]]:
    """Least and most that the logarithms u and g can be: the best and the worst size of every initiative."""

    def of(effects: tuple[int, ...]) -> tuple[float, float]:
        low, high = 0.0, 0.0
        for k in range(len(case.initiatives)):
            # where initiatives help each other (an overlap below 0), an effect counts more than once
            most = 1 - sum(min(0.0, lost) for _, b, lost in case.relations.overlaps if b == k)
            least = 1 - sum(max(0.0, lost) for _, b, lost in case.relations.overlaps if b == k)
            by_size = [
                sum(float(log_left(case, e, float(sizes[e]))[-1]) for e in effects if case.effects[e].option == o)
                for o in case.options_of[k]
            ]
            ways = [0.0, *(part * kept for part in by_size for kept in (most, least))]
            low, high = low + min(ways), high + max(ways)
        return low, high

    u, g = of(bundle.effects), of(bundle.repeat_effects)
    for j in bundle.spends:
        logs = np.log1p(case.spends[j].changes)
        u = u[0] + min(0.0, float(logs.min())), u[1] + max(0.0, float(logs.max()))
    return u, g


class _Twin:
    """The variables of a case, and its rows."""

    def __init__(self, case: InvestmentCase, points: Points) -> None:
        import pulp

        self.case, self.points, self.pulp = case, points, pulp
        self.goal = pulp.LpMinimize if case.settings.goal == "least_cost" else pulp.LpMaximize
        self.P = pulp.LpProblem("portfolio", self.goal)
        self.sizes, self.bundles = scenario_sizes(case), bundles(case)
        self.periods, self.years = range(case.horizon.periods), range(case.horizon.years)
        self.begin = (1 + case.settings.discount_rate) ** -np.arange(float(case.horizon.years))
        self.end = self.begin / (1 + case.settings.discount_rate)
        self.start = {
            (o, s): pulp.LpVariable(f"start_{o}_{s}", 0, 1, pulp.LpBinary)
            for o, option in enumerate(case.options) for s in range(option.first_start, option.last_start + 1)
        }  # fmt: skip
        self.amount = {
            (j, y): pulp.LpVariable(f"amount_{j}_{y}", 0, float(spend.amounts[-1]) / 1000)
            for j, spend in enumerate(case.spends) for y in self.years
        }  # fmt: skip
        self.logs = {key: pulp.LpVariable(f"logs_{key[0]}_{key[1]}") for key in self.amount}
        self.both = {
            (place, o, s, t): pulp.LpVariable(f"both_{place}_{o}_{s}_{t}", 0, 1)
            for place, (_, b, _) in enumerate(case.relations.overlaps)
            for o, s in self.start if case.initiative_of[o] == b
            for t in self.periods if self.works(o, s, t)
        }  # fmt: skip
        self.saved: dict[Point, Any] = {}

    def sum(self, terms: Any) -> Any:
        """Sum of terms, also of none."""
        return self.pulp.lpSum(terms)

    def works(self, o: int, s: int, t: int) -> bool:
        """Whether an option that starts in s works in t."""
        return s + self.case.options[o].build <= t

    def chosen(self, k: int) -> Any:
        """1 when an initiative is chosen."""
        return self.sum(x for (o, _), x in self.start.items() if self.case.initiative_of[o] == k)

    def working(self, k: int, t: int) -> Any:
        """1 when an initiative works in a period."""
        mine = {key: x for key, x in self.start.items() if self.case.initiative_of[key[0]] == k}
        return self.sum(x for (o, s), x in mine.items() if self.works(o, s, t))

    def effect(self, e: int, t: int, worth: Callable[[float], float]) -> Any:
        """Worth of an effect in a period, ``worth(share by ramp)``, less what overlaps take of it."""
        mine, terms = self.case.effects[e].option, []
        for (o, s), x in self.start.items():
            if o == mine and self.works(o, s, t):
                value = worth(float(self.case.options[o].effect_share(s, len(self.periods))[t]))
                terms.append(value * x)
                terms += [
                    -lost * value * self.both[place, o, s, t]
                    for place, (_, b, lost) in enumerate(self.case.relations.overlaps)
                    if b == self.case.initiative_of[o]
                ]
        return self.sum(terms)

    def problem(self) -> Any:
        """Write everything."""
        self.once()
        self.relations()
        self.overlaps()
        self.curves()
        self.budgets()
        self.capacity()
        self.csat()
        for w in range(len(self.sizes)):
            self.tangents(w)
        self.objective()
        return self.P

    def once(self) -> None:
        """At most one start of an initiative, in one size; one when it is mandatory."""
        for k in range(len(self.case.initiatives)):
            self.P += self.chosen(k) == 1 if k in self.case.mandatory else self.chosen(k) <= 1

    def relations(self) -> None:
        """What one needs works no later than it; exclusions; at most so many."""
        for a, b in self.case.relations.needs:
            self.P += self.chosen(a) <= self.chosen(b)
            for t in self.periods:
                self.P += self.working(a, t) <= self.working(b, t)
        for a, b in self.case.relations.excludes:
            self.P += self.chosen(a) + self.chosen(b) <= 1
        for members, number in self.case.relations.at_most:
            self.P += self.sum(self.chosen(k) for k in members) <= number

    def overlaps(self) -> None:
        """The start of b is taken and a works: both = start x working."""
        for place, (a, b, _) in enumerate(self.case.relations.overlaps):
            for t in self.periods:
                mine = {key[1:3]: x for key, x in self.both.items() if (key[0], key[3]) == (place, t)}
                for key, x in mine.items():
                    self.P += x <= self.start[key]
                self.P += self.sum(mine.values()) <= self.working(a, t)
                self.P += self.sum(mine.values()) >= self.working(a, t) + self.working(b, t) - 1

    def curves(self) -> None:
        """What a spend leaves, in logarithms: at least every segment of its curve."""
        for (j, y), amount in self.amount.items():
            spend = self.case.spends[j]
            left, points = np.log1p(spend.changes), spend.amounts / 1000
            for n, slope in enumerate(np.diff(left) / np.diff(points)):
                self.P += self.logs[j, y] >= float(left[n]) + float(slope) * (amount - float(points[n]))

    def budgets(self) -> None:
        """One-off costs (and running ones) <= budgets: up to each year, or of each year without carry-over."""
        settings = self.case.settings
        years = self.case.horizon.calendar_years if settings.budgets else ()
        left: Any = 0
        for y, year in enumerate(years):
            given = settings.budgets.get(year, 0.0) / 1000
            covers = settings.budget_covers == "all" and year in settings.budgets
            taken = self.one_off(y) + (self.running(y) if covers else 0)
            left = given - taken + (left if settings.carry_over else 0)
            self.P += left >= 0

    def by_year(self, values: Floats, y: int) -> float:
        """Sum of a year's periods, in thousands."""
        return float(values.reshape(len(self.years), -1)[y].sum()) / 1000

    def one_off(self, y: int) -> Any:
        """One-off costs of a year."""
        periods = len(self.periods)
        return self.sum(self.by_year(self.case.options[o].paid(s, periods), y) * x for (o, s), x in self.start.items())

    def running(self, y: int) -> Any:
        """Running costs of a year, spends included."""
        periods, per_year = len(self.periods), self.case.horizon.periods_per_year
        return self.sum(
            self.by_year(self.case.options[o].running(s, periods), y) / per_year * x
            for (o, s), x in self.start.items()
        ) + self.sum(x for (_, of_year), x in self.amount.items() if of_year == y)  # fmt: skip

    def capacity(self) -> None:
        """People of change capacity, and initiatives being built, in every period."""
        settings, options = self.case.settings, self.case.options
        for t in self.periods:
            built = {
                (o, s): x for (o, s), x in self.start.items() if options[o].is_built(s, len(self.periods))[t]
            }  # fmt: skip
            if settings.change_capacity is not None:
                people = self.sum(options[o].capacity * x for (o, _), x in built.items())
                self.P += people <= settings.change_capacity
            if settings.at_most_at_once is not None:
                self.P += self.sum(built.values()) <= settings.at_most_at_once

    def csat(self) -> None:
        """Satisfaction with all effects, as likely, >= its floor."""
        csat = self.case.settings.csat
        if csat.floor is None or csat.today is None:
            return
        for t in self.periods:
            points = self.sum(
                self.satisfaction(e, t, effect.likely)
                for e, effect in enumerate(self.case.effects) if effect.on == "csat"
            )  # fmt: skip
            self.P += 100 * points >= 100 * (csat.floor - csat.today)

    def satisfaction(self, e: int, t: int, size: float) -> Any:
        """CSAT that an effect adds, mean of all contacts."""
        touched = float(self.case.csat_weight[list(self.case.effects[e].work)].sum())
        return self.effect(e, t, lambda share: size * share * touched)

    def tangents(self, w: int) -> None:
        """Logarithms u and g are sums; saved <= every tangent of C (1 - exp(phi))."""
        logs = {
            e: log_left(self.case, e, float(self.sizes[w][e]))
            for e, effect in enumerate(self.case.effects) if effect.on in (*CHANGES, *GAINS)
        }  # fmt: skip
        for m, bundle in enumerate(self.bundles):
            touching: Sequence[tuple[float, float]] = ()
            for t in np.flatnonzero(bundle.cost).tolist():
                touching = self.points.get((m, t, w), touching)
                year, name = t // self.case.horizon.periods_per_year, f"{m}_{t}_{w}"
                saved, u, g = (self.pulp.LpVariable(f"{kind}_{name}") for kind in ("saved", "u", "g"))
                self.P += u == self.all_logs(bundle.effects, t, logs) + self.sum(
                    self.logs[j, year] for j in bundle.spends
                )
                self.P += g == self.all_logs(bundle.repeat_effects, t, logs)
                cost = float(bundle.cost[t]) / 1000
                self.P += saved <= cost
                for at_u, at_g in touching:
                    left, slope = bundle.left(t, at_u, at_g)
                    self.P += saved <= cost - cost * left * (1 + (u - at_u) + slope * (g - at_g))
                self.saved[m, t, w] = saved

    def all_logs(self, effects: tuple[int, ...], t: int, logs: dict[int, Floats]) -> Any:
        """Sum of the logarithms of what effects leave, each by the age of its start."""
        terms = []
        for e in effects:
            ramp = self.case.options[self.case.effects[e].option].effect_share(0, len(self.periods))
            by_share = dict(zip(ramp.tolist(), logs[e].tolist(), strict=True))
            terms.append(self.effect(e, t, by_share.__getitem__))
        return self.sum(terms)

    def earned(self, t: int, w: int) -> Any:
        """Saving and revenue of a period."""
        case, sizes = self.case, self.sizes[w]
        per_year, point = case.horizon.periods_per_year, case.settings.csat.value_per_point
        terms = [saved for key, saved in self.saved.items() if key[1:] == (t, w)]
        for e, effect in enumerate(case.effects):
            size = float(sizes[e])
            if effect.on == "csat":
                terms.append(100 * point / per_year / 1000 * self.satisfaction(e, t, size))
            elif effect.on in ("revenue", "cost"):
                sign = 1 if effect.on == "revenue" else -1
                terms.append(sign * size / per_year / 1000 * self.effect(e, t, float))
        return self.sum(terms)

    def npv(self, w: int) -> Any:
        """Net present value: a year's one-off costs count from its start, everything else from its end."""
        case, periods, tax = self.case, len(self.periods), self.case.settings.tax.rate
        per_year = case.horizon.periods_per_year
        earned = [float(self.end[t // per_year]) * (1 - tax) * self.earned(t, w) for t in self.periods]
        paid = [
            float(self.begin[y]) * self.one_off(y) + float(self.end[y]) * (1 - tax) * self.running(y)
            for y in self.years
        ]
        back = []
        for (o, s), x in self.start.items() if tax else ():
            by_year = case.options[o].paid(s, periods).reshape(len(self.years), -1).sum(axis=1)
            back.append(tax * float(deductible(case, by_year) @ self.end) / 1000 * x)
        return self.sum(earned) - self.sum(paid) + self.sum(back)

    def objective(self) -> None:
        """Most net present value by the measure of risk, or least outlay that reaches the target."""
        settings, scenarios = self.case.settings, range(len(self.sizes))
        if settings.goal == "least_cost":
            self.P += self.sum(
                float(self.begin[y]) * self.one_off(y) + float(self.end[y]) * self.running(y) for y in self.years
            )
            last = self.periods[-self.case.horizon.periods_per_year :]
            target = float(settings.target_saving_per_year or 0.0) / 1000
            self.P += self.sum(self.earned(t, 0) for t in last) >= target
            return
        if settings.risk.measure in ("likely", "expected") or len(scenarios) == 1:
            self.P += self.sum(self.npv(w) for w in scenarios) / len(scenarios)
            return
        eta = self.pulp.LpVariable("eta")
        worst = settings.risk.measure == "worst"
        short = [self.pulp.LpVariable(f"short_{w}", 0, 0 if worst else None) for w in scenarios]
        self.P += eta - self.sum(short) / (len(scenarios) * (1 - settings.risk.alpha))
        for w in scenarios:
            self.P += short[w] >= eta - self.npv(w)
