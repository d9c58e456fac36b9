"""The rules of a rotation as states and steps: every legal line is a closed walk.

A state says what the rules need to know after a day: the shift of that day, for how many days in a row it was worked,
for how many there was work at all, and the day before where a succession of three begins with both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from models.rotation.records import OFF, RotationCase


class State(NamedTuple):
    """What is known after a day: shift or `OFF`, days of it in a row, days of work in a row, the day before or ""."""

    day: str
    run: int
    work: int
    before: str


@dataclass(frozen=True)
class Step:
    """One more day.

    Attributes
    ----------
    first, last : numbers of the states before and after it
    day : shift of the day, or `OFF`
    """

    first: int
    last: int
    day: str


@dataclass(frozen=True)
class Network:
    """States and the steps between them; states that no step reaches from any other are left out."""

    states: tuple[State, ...]
    steps: tuple[Step, ...]


def build_network(case: RotationCase) -> Network:
    """Build the states and steps of a case, the same for every weekday."""
    begun = {days[:2] for days in case.forbidden if len(days) == 3}
    pairs = {days for days in case.forbidden if len(days) == 2}
    triples = {days for days in case.forbidden if len(days) == 3}
    blocks = {shift.name: shift.block for shift in case.shifts}
    names = [OFF, *blocks]

    def after(state: State, day: str) -> State | None:
        """State after one more day; None where a rule forbids it."""
        if (state.day, day) in pairs or (state.before, state.day, day) in triples:
            return None
        same = state.day == day
        run = state.run + 1 if same else 1
        work = 0 if day == OFF else state.work + 1
        span = case.off if day == OFF else blocks[day]
        ended = case.off if state.day == OFF else blocks[state.day]
        if run > span.most or work > case.work.most or (not same and state.run < ended.least):
            return None
        if day == OFF and not same and state.work < case.work.least:
            return None
        return State(day, run, work, state.day if (state.day, day) in begun else "")

    found = {State(OFF, 1, 0, name if (name, OFF) in begun else "") for name in names}
    waiting = sorted(found)
    steps: list[tuple[State, State, str]] = []
    while waiting:
        state = waiting.pop()
        for day in names:
            to = after(state, day)
            if to is not None:
                steps.append((state, to, day))
                if to not in found:
                    found.add(to)
                    waiting.append(to)
    states = tuple(sorted(found))
    number = {state: place for place, state in enumerate(states)}
    return Network(states, tuple(Step(number[a], number[b], day) for a, b, day in sorted(steps)))
