"""What a person's shifts count for a demand, by going through the days, and by how much each count misses it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from itertools import pairwise

from models.verification.rosters.demands import Demand
from models.verification.rosters.folder import Shift
from models.verification.rosters.person import Person

HOUR = dt.timedelta(hours=1)


def misses(person: Person, demand: Demand) -> Iterator[tuple[float, float, int]]:
    """Count, by how much it misses the bounds, and first day, of everything that a demand judges."""
    for count, past, day in _COUNTS.get(demand.counts, _totals)(person, demand):
        yield count, max(0.0, demand.least - count, count - max(demand.most, past)), day


def total(person: Person, demand: Demand, first: int, end: int) -> float:
    """Return what the known days from one to before another count."""
    days = range(max(first, person.first), min(end, person.folder.days))
    if demand.on is not None:
        days_on = [day for day in days if day >= 0 and person.folder.weekday(day) in demand.on]
    else:
        days_on = list(days)
    shifts = [person.on[day] for day in days_on if day in person.on]
    match demand.counts:
        case "shifts":
            return sum(shift.name in demand.names for shift in shifts)
        case "hours":
            return sum(person.folder.minutes(shift.name) for shift in shifts) / 60
        case "days off":
            return len(days_on) - len(shifts)
        case "paired days off":
            return sum(not person.worked(one) and not person.worked(other) for one, other in pairwise(days_on))
        case "types of shift":
            return len({person.folder.kinds.get(shift.name) or shift.name for shift in shifts})
        case "refused requests":
            return sum(refused for _, day, refused in person.refusals() if day in days)
    inside = [[person.worked(day) for day in weekend] for weekend in person.folder.weekends if weekend[0] in days]
    match demand.counts:
        case "weekends":
            return sum(any(one) for one in inside)
        case "weekends off":
            return sum(not any(one) for one in inside)
        case "split weekends":
            return sum(any(one) and not all(one) for one in inside)
    raise ValueError(f"{demand.counts!r} is nothing that a rule counts")


Judged = Iterator[tuple[float, float, int]]
"""Count, what of it lay before the horizon, first day."""


def _totals(person: Person, demand: Demand) -> Judged:
    for number, (first, end) in enumerate(demand.periods or ((0, person.folder.days),)):
        before = demand.before if number == 0 else 0.0
        past = before + total(person, demand, first, min(end, 0))
        yield before + total(person, demand, first, end), past, max(first, 0)


def _day_hours(person: Person, demand: Demand) -> Judged:
    for day, shift in person.on.items():
        if day >= 0:
            yield person.folder.minutes(shift.name) / 60, 0.0, day


def _stretches(kept: Callable[[Person, Demand, int], bool]) -> Callable[[Person, Demand], Judged]:
    """Judge every run of days of a sort that reaches the horizon; one at an end of what is known is never too short."""

    def judged(person: Person, demand: Demand) -> Judged:
        end, day = person.folder.days, person.first
        while day < end:
            last = day
            while last < end and kept(person, demand, last):
                last += 1
            length = last - day
            at_end = day == person.first or last == end
            if length and last >= 0 and not (at_end and length < demand.least):
                yield length, max(0, min(last, 0) - day), day
            day = max(last, day + 1)

    return judged


def _rests(person: Person) -> list[Shift]:
    return [person.on[day] for day in sorted(person.on)]


def _rest(person: Person, demand: Demand) -> Judged:
    for one, other in pairwise(_rests(person)):
        if (day := person.folder.day(other.date)) >= 0:
            yield (other.start - one.end) / HOUR, 0.0, day


def _rest_after(person: Person, demand: Demand) -> Judged:
    """Judge the rest after every run of nights, or what else is named, that has ended."""
    shifts, run = _rests(person), 0
    for one, other in pairwise(shifts):
        run = run + 1 if one.name in demand.names else 0
        follows = (other.date - one.date).days == 1
        day = person.folder.day(other.date)
        if run >= demand.after and not (follows and other.name in demand.names) and day >= 0:
            yield (other.start - one.end) / HOUR, 0.0, day
        if not follows:
            run = 0


def _longest_rest(person: Person, demand: Demand) -> Judged:
    folder = person.folder
    for first, end in demand.periods or ((0, folder.days),):
        free, longest, until = folder.midnight(first), dt.timedelta(0), folder.midnight(end)
        for shift in _rests(person):
            longest = max(longest, min(shift.start, until) - free)
            free = max(free, min(shift.end, until))
        yield max(longest, until - free) / HOUR, 0.0, max(first, 0)


_COUNTS: dict[str, Callable[[Person, Demand], Judged]] = {
    "hours in a day": _day_hours,
    "days in a row": _stretches(lambda person, demand, day: person.worked(day)),
    "days off in a row": _stretches(lambda person, demand, day: not person.worked(day)),
    "shifts in a row": _stretches(lambda person, demand, day: day in person.on and person.on[day].name in demand.names),
    "rest": _rest,
    "rest after a stretch": _rest_after,
    "longest rest": _longest_rest,
}
