"""The records of an investment case: what is known before anything is decided.

Sizes that the docstrings below use: R rows of work, T periods, Y years. Effects are applied by
`models.investment.pricing`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.investment.settings import Horizon, InvestSettings
from models.investment.tables import CHANGES, GAINS, TARGETS

Floats = NDArray[np.float64]
SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True)
class Option:
    """An initiative in one of its sizes.

    Parameters
    ----------
    initiative, level : str
        Level is empty where there is one size.
    first_start, last_start : int
        Periods in which it may start, both included.
    payments : tuple of float
        One-off costs in the period of the start and those after it; at least one figure.
    running_per_year : float
        From when it works.
    running_later : tuple of (int, float)
        Periods since it works, and what it costs a year from then on; ascending.
    build, ramp : int
        Periods from the start until it works, and from then until it works in full.
    capacity : float
        People of change capacity while it is built and ramps up.

    Raises
    ------
    ValueError
        For a negative cost or length, or an empty window.
    """

    initiative: str
    level: str
    first_start: int
    last_start: int
    payments: tuple[float, ...]
    running_per_year: float = 0.0
    build: int = 0
    ramp: int = 0
    capacity: float = 0.0
    running_later: tuple[tuple[int, float], ...] = ()

    def __post_init__(self) -> None:
        later = [figure for step in self.running_later for figure in step]
        if min((*self.payments, self.running_per_year, self.build, self.ramp, self.capacity, *later)) < 0:
            raise ValueError(f"{self.label}: a cost or a length is negative")
        if not 0 <= self.first_start <= self.last_start:
            raise ValueError(f"{self.label}: no period in which it may start")

    @property
    def label(self) -> str:
        """Initiative and size, as people say it."""
        return f"{self.initiative} ({self.level})" if self.level else self.initiative

    @property
    def one_off(self) -> float:
        """Sum of the payments."""
        return float(sum(self.payments))

    def effect_share(self, start: int, periods: int) -> Floats:
        """Share of its effect that is there in each period, shape (T,): 0 while it is built, then equal steps to 1."""
        worked = np.arange(periods) - (start + self.build)
        return np.where(worked < 0, 0.0, np.minimum(1.0, (worked + 1) / (self.ramp + 1)))

    def paid(self, start: int, periods: int) -> Floats:
        """One-off costs in each period, shape (T,); what falls due after the last period is left out."""
        flows = np.zeros(periods)
        for after, amount in enumerate(self.payments):
            if start + after < periods:
                flows[start + after] += amount
        return flows

    def runs(self, start: int, periods: int) -> NDArray[np.bool_]:
        """Periods in which it works, shape (T,)."""
        return np.arange(periods) >= start + self.build

    def running(self, start: int, periods: int) -> Floats:
        """Running cost in each period, money a year, shape (T,)."""
        flows = np.where(self.runs(start, periods), self.running_per_year, 0.0)
        for after, amount in self.running_later:
            flows[start + self.build + after :] = amount
        return flows

    def is_built(self, start: int, periods: int) -> NDArray[np.bool_]:
        """Periods in which it takes change capacity, shape (T,): until it works in full, at least that of its start."""
        place = np.arange(periods)
        return (place >= start) & (place < start + max(1, self.build + self.ramp))


@dataclass(frozen=True)
class Effect:
    """What an option does to one figure.

    Parameters
    ----------
    option : int
    on : str
        One of `TARGETS`.
    work : tuple of int
        Rows of work that it acts on; empty for revenue, cost and attrition, which are of the whole.
    low, likely, high : float
        In full, in the unit of the target.
    confidence : str
        How sure it is: one of `CONFIDENCE`.

    Raises
    ------
    ValueError
        If nothing would be left (-100 % of a change, 100 % of a gain), or they are not in ascending order.
    """

    option: int
    on: str
    work: tuple[int, ...]
    low: float
    likely: float
    high: float
    confidence: str = "medium"

    def __post_init__(self) -> None:
        if self.on not in TARGETS:
            raise ValueError(f"{self.on!r} is none of {', '.join(TARGETS)}")
        if not self.low <= self.likely <= self.high:
            raise ValueError(f"effect {self.low:g}, {self.likely:g}, {self.high:g} is not in ascending order")
        if (self.on in CHANGES and self.low <= -1) or (self.on in GAINS and self.high >= 1):
            raise ValueError(f"an effect on {self.on} leaves nothing")


@dataclass(frozen=True, eq=False)
class Spend:
    """A spend of any size with diminishing returns.

    Parameters
    ----------
    name, on : str
        On is one of `CHANGES`.
    work : tuple of int
        Rows of work; empty for attrition.
    amounts, changes : (n,) arrays
        Points of the curve, amounts a year ascending from 0 (no effect). Between two points log(1 + change) is
        interpolated; it must be convex, which is what diminishing returns means here.
    """

    name: str
    on: str
    work: tuple[int, ...]
    amounts: Floats
    changes: Floats

    def __post_init__(self) -> None:
        if self.amounts[0] != 0 or self.changes[0] != 0 or (np.diff(self.amounts) <= 0).any():
            raise ValueError(f"{self.name}: a curve starts at 0 with no effect and ascends")
        if not self.diminishing:
            raise ValueError(f"{self.name}: returns do not diminish")

    @property
    def diminishing(self) -> bool:
        """Whether each further step of money brings no more than the one before."""
        slopes = np.diff(np.log1p(self.changes)) / np.diff(self.amounts)
        return bool((np.diff(slopes) >= -1e-12 * np.abs(slopes[:-1])).all())

    def log_factor(self, amount: float) -> float:
        """Logarithm of what is left at an amount a year."""
        return float(np.interp(amount, self.amounts, np.log1p(self.changes)))

    @property
    def chord_error(self) -> float:
        """Most that the curve differs, in points of effect, from straight lines between its points."""
        worst = 0.0
        for low, high in zip(self.changes[:-1], self.changes[1:], strict=True):
            share = np.linspace(0, 1, 33)
            straight = low + share * (high - low)
            bent = np.expm1(np.log1p(low) + share * (np.log1p(high) - np.log1p(low)))
            worst = max(worst, float(np.abs(straight - bent).max()))
        return worst


@dataclass(frozen=True, eq=False)
class Work:
    """Today's work, R rows: contact type x channel.

    Parameters
    ----------
    names : tuple of (contact type, channel)
    contacts : (R, T) array
        Contacts of each period, repeats included.
    aht_s, contained, repeats, cost_per_hour, unit_price, busy_share : (R,) arrays
        As in work.csv.
    """

    names: tuple[tuple[str, str], ...]
    contacts: Floats
    aht_s: Floats
    contained: Floats
    repeats: Floats
    cost_per_hour: Floats
    unit_price: Floats
    busy_share: Floats

    @property
    def hours(self) -> Floats:
        """Handling hours of each period today, shape (R, T)."""
        return self.contacts * ((1 - self.contained) * self.aht_s / SECONDS_PER_HOUR)[:, None]

    @property
    def paid_hours(self) -> Floats:
        """Paid hours that they take of people, shape (R, T), beside those that are there whatever the work is."""
        return self.hours / self.busy_share[:, None]


@dataclass(frozen=True)
class Relations:
    """What initiatives have to do with each other; pairs of initiative places.

    Parameters
    ----------
    needs : tuple of (a, b)
        b works no later than a.
    excludes : tuple of (a, b)
    at_most : tuple of (members, number)
    overlaps : tuple of (a, b, share)
        Share of b's effects that is lost where a works.
    """

    needs: tuple[tuple[int, int], ...] = ()
    excludes: tuple[tuple[int, int], ...] = ()
    at_most: tuple[tuple[tuple[int, ...], int], ...] = ()
    overlaps: tuple[tuple[int, int, float], ...] = ()


@dataclass(frozen=True, eq=False)
class InvestmentCase:
    """Everything that an investment is decided from.

    Parameters
    ----------
    settings : InvestSettings
    initiatives : tuple of str
        Names, K in all.
    mandatory : frozenset of int
        Places of the initiatives that must be done.
    options : tuple of Option
        In the order of the initiatives.
    effects : tuple of Effect
    relations : Relations
    spends : tuple of Spend
    work : Work
    notes : tuple of str
        Remarks that are no faults.
    """

    settings: InvestSettings
    initiatives: tuple[str, ...]
    mandatory: frozenset[int]
    options: tuple[Option, ...]
    effects: tuple[Effect, ...]
    relations: Relations
    spends: tuple[Spend, ...]
    work: Work
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.work.contacts.shape != (len(self.work.names), self.horizon.periods):
            raise ValueError("contacts must be rows of work x periods")
        for option in self.options:
            if option.last_start >= self.horizon.periods:
                raise ValueError(f"{option.label} may start after the horizon")

    @property
    def horizon(self) -> Horizon:
        """Years and periods."""
        return self.settings.horizon

    @cached_property
    def initiative_of(self) -> tuple[int, ...]:
        """Initiative of each option."""
        place = {name: k for k, name in enumerate(self.initiatives)}
        return tuple(place[option.initiative] for option in self.options)

    @cached_property
    def options_of(self) -> tuple[tuple[int, ...], ...]:
        """Options of each initiative."""
        return tuple(
            tuple(o for o, owner in enumerate(self.initiative_of) if owner == k) for k in range(len(self.initiatives))
        )

    @cached_property
    def csat_weight(self) -> Floats:
        """Share of all of today's contacts in each row of work, shape (R,); CSAT is the mean over contacts."""
        total = self.work.contacts.sum()
        return self.work.contacts.sum(axis=1) / total if total > 0 else np.zeros(len(self.work.names))


@dataclass(frozen=True)
class Start:
    """An option that starts."""

    option: int
    period: int


@dataclass(frozen=True, eq=False)
class Choice:
    """What is decided.

    Parameters
    ----------
    starts : tuple of Start
        At most one for each initiative, in the order of the options.
    spends : (S, Y) array
        Amount of each spend in each year.
    """

    starts: tuple[Start, ...]
    spends: Floats

    @staticmethod
    def none(case: InvestmentCase) -> Choice:
        """Nothing at all."""
        return Choice((), np.zeros((len(case.spends), case.horizon.years)))
