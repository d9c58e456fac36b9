"""The rules of a single shift: who, when, how long, and where its breaks lie."""

from __future__ import annotations

import datetime as dt

from models.verification.clock import DAY
from models.verification.findings import Log
from models.verification.inputs import Inputs
from models.verification.rules import BreakRule, ShiftRule
from models.verification.schedule import Shift, TakenBreak

CHECK = "shift rules"


def check_shift_rules(inputs: Inputs, shifts: list[Shift], log: Log) -> None:
    """Hold every shift against its type."""
    for shift in shifts:
        rule = inputs.shifts.get(shift.shift)
        log.holds(CHECK, shift.pool in inputs.pools, shift.row.place(shift.column),
                  f"a {shift.column} of the scenario", shift.pool)  # fmt: skip
        log.holds(CHECK, rule is not None, shift.row.place("shift"), "a shift type of the scenario", shift.shift)
        if rule is None:
            continue
        allowed = rule.pools is None or shift.pool in rule.pools
        log.holds(
            CHECK, allowed, shift.row.place(shift.column), f"a {shift.column} that may work {shift.shift}", shift.pool
        )
        _check_start(inputs, shift, rule, log)
        _check_horizon(inputs, shift, log)
        paid = shift.span - shift.unpaid
        log.equal(CHECK, shift.row.place("paid_min"), float(paid), shift.paid_min)
        lengths = f"a paid length of {rule.paid[0]} to {rule.paid[-1]} min in its steps"
        log.holds(CHECK, paid in rule.paid, shift.row.place("paid_min"), lengths, paid)
        _check_breaks(shift, rule, log)


def possible_days(inputs: Inputs, shift: Shift, rule: ShiftRule) -> list[dt.date]:
    """Days as whose shift it may count: its own date, or the one before for a start past midnight."""
    clock = inputs.calendar.clock
    here = clock.local(shift.start)
    minute = here.hour * 60 + here.minute
    found = []
    for date, wall in ((here.date(), minute), (here.date() - dt.timedelta(days=1), minute + DAY)):
        if wall in rule.starts and date.weekday() in rule.days and clock.instant(date, wall) == shift.start:
            found.append(date)
    return found


def _check_start(inputs: Inputs, shift: Shift, rule: ShiftRule, log: Log) -> None:
    clock = inputs.calendar.clock
    here = clock.local(shift.start)
    log.holds(CHECK, str(here.date()) == shift.row.text("date"), shift.row.place("date"), str(here.date()),
              shift.row.text("date"))  # fmt: skip
    days = possible_days(inputs, shift, rule)
    first, last = (_time(minute) for minute in (rule.starts[0], rule.starts[-1]))
    expected = f"a start of {shift.shift}: {first} to {last} in its steps, on its weekdays"
    log.holds(CHECK, bool(days), shift.row.place("start"), expected, shift.row.text("start"))
    if rule.latest_end is not None and days:
        fine = any(shift.end <= clock.at_or_before(day, rule.latest_end) for day in days)
        log.holds(CHECK, fine, shift.row.place("end"), f"an end by {_time(rule.latest_end)}", shift.row.text("end"))


def _check_horizon(inputs: Inputs, shift: Shift, log: Log) -> None:
    """A shift touches the horizon; only with lead_in may it begin before."""
    calendar = inputs.calendar
    end = calendar.origin + calendar.length * calendar.step
    begins = shift.start >= calendar.origin
    if inputs.edges == "lead_in":
        begins = begins or shift.end > calendar.origin
    fine = begins and shift.start < end
    log.holds(CHECK, fine, shift.row.place("start"), f"a start that horizon_edges: {inputs.edges} allows",
              shift.row.text("start"))  # fmt: skip


def _check_breaks(shift: Shift, rule: ShiftRule, log: Log) -> None:
    place = shift.row.place("breaks")
    paid_min = shift.span - shift.unpaid
    due = {item.name: item for item in rule.breaks if item.paid_from <= paid_min <= item.paid_to}
    names = sorted(item.name for item in shift.breaks)
    log.holds(CHECK, names == sorted(due), place, f"the breaks {', '.join(sorted(due)) or 'none'}",
              ", ".join(names) or "none")  # fmt: skip
    for item in shift.breaks:
        if item.name in due:
            _check_break(shift, item, due[item.name], log)
    edges = [0, *(edge for item in shift.breaks for edge in (item.begin, item.end)), shift.span]
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        if shift.breaks:
            expected = f"at least {rule.work_between} min of work before, between and after breaks"
            log.holds(CHECK, end - begin >= rule.work_between, place, expected, f"{end - begin} min")


def _check_break(shift: Shift, item: TakenBreak, rule: BreakRule, log: Log) -> None:
    place = shift.row.place("breaks")
    length = item.end - item.begin
    log.holds(CHECK, length in rule.lengths, place, f"{rule.name} of {rule.lengths[0]} to {rule.lengths[-1]} min",
              f"{length} min")  # fmt: skip
    kinds = {True: "paid", False: "unpaid"}
    log.holds(CHECK, item.paid == rule.paid, place, f"{rule.name} {kinds[rule.paid]}", kinds[item.paid])
    to_end = shift.span - item.begin
    for fine, expected, got in (
        (item.begin >= rule.after_start, f"{rule.name} {rule.after_start} min after the start or later", item.begin),
        (
            rule.within_start is None or item.begin <= rule.within_start,
            f"{rule.name} within {rule.within_start} min of the start",
            item.begin,
        ),
        (
            shift.span - item.end >= rule.before_end,
            f"{rule.name} over {rule.before_end} min before the end",
            shift.span - item.end,
        ),
        (
            rule.within_end is None or to_end <= rule.within_end,
            f"{rule.name} within {rule.within_end} min of the end",
            to_end,
        ),
        (
            rule.around_middle is None or abs(item.begin + item.end - shift.span) <= 2 * rule.around_middle,
            f"{rule.name} within {rule.around_middle} min of the middle",
            abs(item.begin + item.end - shift.span) / 2,
        ),
    ):
        log.holds(CHECK, fine, place, expected, f"{got:g} min")


def _time(minute: int) -> str:
    day, rest = divmod(minute, DAY)
    return f"{rest // 60:02d}:{rest % 60:02d}" + ("+1" if day else "")
