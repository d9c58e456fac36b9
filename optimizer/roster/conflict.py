"""Why somebody has no legal line of work: the smallest set of demands that exclude each other, and what would help."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import TypeVar

import numpy as np

from models.roster.breach import Breach
from models.roster.case import Line, RosterCase
from models.roster.check import check
from models.roster.records import RESTS, Measure, Rule
from models.roster.rule_words import amount_words, day_words, period_words
from models.roster.rules import wish_name
from optimizer.clock import OutOfTimeError
from optimizer.roster.demands import Demand, alone, demands_on
from optimizer.roster.pricing import Pricer
from optimizer.roster.smallest import Smallest, Some, UnsettledError, smallest_part

T = TypeVar("T")
SECONDS = 20.0
"""Of wall time for all people together."""
SECONDS_OF_WAYS = 3.0
"""At least, for what would help somebody."""
TRIES = 5
"""Of a search for a line at prices by chance, where one without prices came to no end."""

WORKDAY_MIN = 480.0
"""Minutes that a line may miss as soon as one shift, day or weekend."""
_IN_MINUTES = RESTS | {Measure.MINUTES, Measure.DAY_MINUTES}


@dataclass(frozen=True)
class Conflict:
    """Demands on one person that no line of work keeps together.

    Attributes
    ----------
    employee : whose they are
    demands : in words; empty where there was no time to look
    is_smallest : proved to be the fewest demands that exclude each other
    is_irreducible : proved that without any one of them the others can be kept
    by_history : they exclude each other only after the days before the horizon
    ways_out : what would help, each alone, and was tried
    breaches : where nothing helps alone: what the nearest line breaks
    others : people for whom the same rules exclude each other
    """

    employee: str
    demands: tuple[str, ...] = ()
    is_smallest: bool = False
    is_irreducible: bool = False
    by_history: bool = False
    ways_out: tuple[str, ...] = ()
    breaches: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


def conflicts_of(case: RosterCase, places: Sequence[int], seconds: float = SECONDS) -> tuple[Conflict, ...]:
    """Explain why some people have no legal line of work.

    Parameters
    ----------
    places : of the people, none of whom has one
    seconds : of wall time for all; who comes after it is named only
    """
    end = time.perf_counter() + seconds
    found: list[Conflict] = []
    kinds: list[frozenset[object]] = []
    for place in places:
        now = time.perf_counter()
        person = _Person(case, place, now + (end - now) / 2)  # most people have the trouble of the first
        if time.perf_counter() >= end:
            found.append(Conflict(person.name))
            continue
        known = next((k for k, kind in enumerate(kinds) if person.excludes(kind)), None)
        if known is not None:
            found[known] = replace(found[known], others=(*found[known].others, person.name))
            continue
        part = smallest_part(len(person.demands), person.meets)
        found.append(person.conflict(part))
        kind = frozenset(person.demands[one].kind for one in part.members)
        kinds.append(kind if None not in kind else frozenset({object()}))
    return tuple(found)


class _Person:
    """One person's demands, and what lines of work keep of them.

    Parameters
    ----------
    end : moment of `time.perf_counter` after which nothing is searched for any more
    """

    def __init__(self, case: RosterCase, place: int, end: float) -> None:
        self._case, self._employee, self._end = case, case.employees[place], end
        self.name = self._employee.name
        self.demands = demands_on(case, self._employee)
        self._single = cache(lambda one: self._alone([self.demands[one]]))

    def _alone(self, demands: Iterable[Demand]) -> RosterCase:
        return alone(self._case, self._employee, demands)

    def meets(self, some: Some) -> Some | None:
        """Return the demands that a line keeps which keeps some of them; None where there is no such line."""
        line = self._line(self._alone(self.demands[one] for one in sorted(some)))
        if line is None:
            return None
        kept = (one for one in range(len(self.demands)) if not check(self._single(one), line[None]).broken)
        return frozenset(kept) | some

    def _line(self, case: RosterCase) -> Line | None:
        """Return the cheapest line of a case of one person; None where there is none."""
        pricer, rng = Pricer(case), np.random.default_rng(1)
        prices = np.zeros((case.days, len(case.shifts)))
        for _ in range(1 + TRIES):
            if time.perf_counter() > self._end:
                raise OutOfTimeError
            found = pricer.price_one(0, prices, 1)
            if len(found.lines):
                line: Line = found.lines[0]
                return line
            if np.isinf(found.bound):
                return None
            prices = rng.uniform(0, 1, prices.shape)  # lines that all cost the same lead astray: tell them apart
        raise UnsettledError

    def excludes(self, kinds: frozenset[object]) -> bool:
        """Say whether the demands of these kinds exclude each other for this person, too."""
        same = frozenset(one for one, demand in enumerate(self.demands) if demand.kind in kinds)
        if len(same) < len(kinds):
            return False
        try:
            return self.meets(same) is None
        except (UnsettledError, OutOfTimeError):
            return False

    def conflict(self, part: Smallest) -> Conflict:
        """Put a part into words, with what would help."""
        members = [self.demands[one] for one in sorted(part.members)]
        self._end = max(self._end, time.perf_counter() + SECONDS_OF_WAYS)
        ways = tuple(filter(None, (_or_nothing(partial(self._way_out, one), "") for one in sorted(part.members))))
        return Conflict(
            self.name,
            tuple(one.words(self._case) for one in members),
            part.is_smallest,
            part.is_irreducible,
            _or_nothing(partial(self._needs_history, members), False),
            ways,
            () if ways else _or_nothing(self._nearest, ()),
        )

    def _needs_history(self, members: list[Demand]) -> bool:
        if not self._employee.history:
            return False
        return self._line(alone(self._case, self._employee, members, history=False)) is not None

    def _way_out(self, one: int) -> str:
        """Say by how much a demand would have to give way, all others kept; empty where that does not help."""
        demand = self.demands[one]
        others = [other for number, other in enumerate(self.demands) if number != one]
        line = self._line(self._alone([*others, *_softened(demand)]))
        if line is None:
            return ""
        missed = check(self._single(one), line[None]).broken
        if demand.rule is not None:
            words = _other_bound(
                demand.rule, missed, lambda rule: check(self._alone([Demand(rule)]), line[None]).broken
            )
            return words + ", ".join(["", *(period_words(self._case, period) for period in demand.rule.periods)])
        if demand.wishes:
            days = ", ".join(day_words(self._case, breach.day) for breach in missed if breach.day is not None)
            return f"{wish_name(demand.wishes[0])}: give it up on {days}"
        if demand.succession is not None:
            return f"forbidden succession: let {demand.succession[1]} follow {demand.succession[0]}"
        return f"skill: teach {self.name} {demand.skill}"

    def _nearest(self) -> tuple[str, ...]:
        """Say what the line breaks that misses all demands by the least."""
        line = self._line(self._alone(soft for one in self.demands for soft in _softened(one, keep=True)))
        if line is None:
            return ()
        broken = check(self._alone(self.demands), line[None]).broken
        return tuple(
            f"{breach.rule}{'' if breach.day is None else f', {day_words(self._case, breach.day)}'}: {breach.words}"
            for breach in broken
        )


def _or_nothing(find: Callable[[], T], nothing: T) -> T:
    try:
        return find()
    except (UnsettledError, OutOfTimeError):
        return nothing


def _softened(demand: Demand, *, keep: bool = False) -> list[Demand]:
    """Return a demand at a price for what is missed; one that has no price goes, or is kept."""
    if demand.rule is not None:
        rule = demand.rule
        return [Demand(replace(rule, price=1.0, unit=WORKDAY_MIN if rule.measure in _IN_MINUTES else 1.0))]
    if demand.wishes:
        return [replace(demand, wishes=tuple(replace(wish, price=1.0) for wish in demand.wishes))]
    return [demand] if keep else []


def _other_bound(rule: Rule, missed: Sequence[Breach], broken: Callable[[Rule], object]) -> str:
    """Say the bound that a line keeps which misses the rule."""
    amount = max((breach.amount for breach in missed), default=0.0)
    if rule.least > 0:
        word, old, new = "at least", rule.least, replace(rule, least=rule.least - amount)
        bound = new.least
    else:
        word, old, new = "at most", rule.most, replace(rule, most=rule.most + amount)
        bound = new.most
    if broken(new):  # what came before the horizon is beyond the bound already
        return f"{rule.name}: allow {amount_words(rule.measure, amount)} more beyond what the days before it hold"
    return f"{rule.name}: {word} {amount_words(rule.measure, bound)} in place of {amount_words(rule.measure, old)}"
