"""Rules about shifts, limits and pay, read off scenario.yaml as text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models.verification.clock import DAY, wall_minutes, weekdays


@dataclass(frozen=True)
class BreakRule:
    """A break of a shift type; minutes."""

    name: str
    lengths: tuple[int, ...]
    paid: bool
    after_start: int
    within_start: int | None
    before_end: int
    within_end: int | None
    around_middle: int | None
    paid_from: int
    paid_to: int


@dataclass(frozen=True)
class ShiftRule:
    """A shift type; minutes."""

    days: frozenset[int]
    starts: tuple[int, ...]
    latest_end: int | None
    paid: tuple[int, ...]
    pools: frozenset[str] | None
    work_between: int
    fixed_cost: float
    wage_factor: float
    breaks: tuple[BreakRule, ...]


@dataclass(frozen=True)
class HeadWindow:
    """Bounds on heads on duty in a window of the week."""

    days: frozenset[int]
    start: int
    end: int
    least: float | None
    most: float | None
    pool: str | None


@dataclass(frozen=True)
class Premium:
    """A surcharge in per cent of the wage."""

    days: frozenset[int]
    start: int
    end: int
    percent: float


@dataclass(frozen=True)
class Pay:
    """Pay beside the wage of the pool."""

    overtime_after: int | None
    overtime_percent: float
    premiums: tuple[Premium, ...]
    holiday_percent: float
    seat_hour: float


def whole(value: object, default: int | None = None) -> int | None:
    """Read a whole number that may be left out or null."""
    return default if value is None or str(value).strip().lower() in ("", "~", "null") else int(str(value))


def read_shifts(section: list[dict[str, Any]]) -> dict[str, ShiftRule]:
    """Read the shift types by name."""
    found = {}
    for entry in section:
        first, last = wall_minutes(entry["earliest_start"]), wall_minutes(entry["latest_start"])
        end = entry.get("latest_end")
        pools = entry.get("pools")
        found[entry["name"]] = ShiftRule(
            days=weekdays(entry.get("days", "daily")),
            starts=tuple(range(first, last + 1, int(entry.get("start_step_min", 30)))),
            latest_end=None if whole_text(end) is None else wall_minutes(str(end)),
            paid=_lengths(entry["paid_min"]),
            pools=frozenset(pools) if isinstance(pools, list) else None,
            work_between=int(entry.get("min_work_between_breaks_min", 0)),
            fixed_cost=float(entry.get("fixed_cost", 0)),
            wage_factor=float(entry.get("wage_factor", 1)),
            breaks=tuple(_break(each) for each in entry.get("breaks") or []),
        )
    return found


def whole_text(value: object) -> str | None:
    """Text of a setting that may be left out or null."""
    return None if value is None or str(value).strip().lower() in ("", "~", "null") else str(value)


def _lengths(value: object) -> tuple[int, ...]:
    if isinstance(value, dict):
        return tuple(range(int(value["from"]), int(value["to"]) + 1, int(value.get("step", 30))))
    return (int(str(value)),)


def _break(entry: dict[str, Any]) -> BreakRule:
    return BreakRule(
        name=entry["name"],
        lengths=_lengths(entry["length_min"]),
        paid=_is_true(entry.get("paid", "false")),
        after_start=whole(entry.get("after_start_min"), 0) or 0,
        within_start=whole(entry.get("within_start_min")),
        before_end=whole(entry.get("before_end_min"), 0) or 0,
        within_end=whole(entry.get("within_end_min")),
        around_middle=whole(entry.get("around_middle_min")),
        paid_from=whole(entry.get("for_paid_from_min"), 0) or 0,
        paid_to=whole(entry.get("for_paid_to_min"), 2 * DAY) or 0,
    )


def _is_true(text: object) -> bool:
    return str(text).lower() == "true"


def read_limits(section: dict[str, Any]) -> tuple[float | None, list[HeadWindow], list[dict[str, Any]]]:
    """Read seats, windows of heads, and bounds on shift types."""
    windows = [
        HeadWindow(
            weekdays(entry.get("days", "daily")),
            wall_minutes(entry.get("from", "00:00")),
            wall_minutes(entry.get("to", "24:00")),
            whole(entry.get("min")),
            whole(entry.get("max")),
            whole_text(entry.get("pool")),
        )
        for entry in section.get("heads") or []
    ]
    return whole(section.get("seats")), windows, list(section.get("shift_types") or [])


def read_pay(section: dict[str, Any]) -> Pay:
    """Read premiums, overtime and overhead."""
    premiums = tuple(
        Premium(
            weekdays(entry.get("days", "daily")),
            wall_minutes(entry["from"]),
            wall_minutes(entry["to"]),
            float(entry["percent"]),
        )
        for entry in section.get("premiums") or []
    )
    return Pay(
        overtime_after=whole(section.get("overtime_after_min")),
        overtime_percent=float(section.get("overtime_percent", 50)),
        premiums=premiums,
        holiday_percent=float(section.get("holiday_percent", 0)),
        seat_hour=float(section.get("overhead_per_seat_hour", 0)),
    )
