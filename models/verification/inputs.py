"""What a plan was made from, read anew from the scenario in its folder."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from models.verification.clock import Calendar, Clock, Ranges, is_open, ranges, read_instant, weekdays
from models.verification.files import Row, read_settings, read_table
from models.verification.findings import Log
from models.verification.rules import HeadWindow, Pay, ShiftRule, read_limits, read_pay, read_shifts

FOLDER, LEARNT = "scenario", "calibration.csv"
SETTINGS, TYPES, POOLS, DEMAND = (
    f"{FOLDER}/{name}" for name in ("scenario.yaml", "contact_types.csv", "pools.csv", "demand.csv")
)


@dataclass(frozen=True)
class Service:
    """How service is counted."""

    definition: str
    short_abandon_s: float
    by_day: bool
    model: str


@dataclass(frozen=True)
class Pool:
    """Terms of a pool; `open` by interval, `open_before` in the moment before the first."""

    wage: float
    target: float
    within_s: float
    floor: float
    abandonment_cap: float | None
    occupancy_cap: float | None
    planned: float
    unplanned: float
    max_heads: float | None
    open: list[bool]
    open_before: bool


@dataclass(frozen=True)
class ContactType:
    """One contact type; contacts and handle time by interval."""

    name: str
    pool: str
    kind: str
    patience_s: float
    concurrency: float
    deadline_min: float
    resolved_share: float
    contacts: list[float]
    aht_s: list[float]


@dataclass(frozen=True)
class Inputs:
    """Everything that the checks need to know of the scenario."""

    calendar: Calendar
    edges: str
    service: Service
    pools: dict[str, Pool]
    types: list[ContactType]
    shifts: dict[str, ShiftRule]
    seats: float | None
    heads: list[HeadWindow]
    shift_limits: list[dict[str, Any]]
    pay: Pay
    holidays: frozenset[dt.date]
    shifts_of_target: dict[tuple[str, str], float]

    def target(self, pool: str, start: str) -> float:
        """Target of a pool by formulas on a day (ISO date) or in an interval (ISO stamp): learnt, or the scenario's."""
        return self.pools[pool].target + self.shifts_of_target.get((pool, start), 0.0)


def read_inputs(folder: Path, log: Log, *, calibrated: bool = False) -> Inputs:
    """Read the scenario of a plan's folder, and the targets that were learnt if it is `calibrated`."""
    settings = read_settings(folder / SETTINGS)
    horizon = settings["horizon"]
    first, days = dt.date.fromisoformat(horizon["start"]), int(horizon["days"])
    clock = Clock(ZoneInfo(settings["time_zone"]))
    calendar = Calendar(clock, first, days, int(settings.get("interval_min", 30)))
    holidays, hours = _exceptions(settings.get("holidays") or {}, first, days)
    types = read_table(folder / TYPES, TYPES, ("contact_type", "pool"), log)
    service = settings.get("service") or {}
    limits = settings.get("limits") or {}
    seats, heads, shift_limits = read_limits(limits)
    return Inputs(
        calendar=calendar,
        edges=settings.get("horizon_edges", "lead_in"),
        service=Service(
            service.get("definition", "offered"),
            float(service.get("short_abandon_s", 5.0)),
            service.get("mode", "day") == "day",
            service.get("model", "erlang-a"),
        ),
        pools=_pools(folder, settings, types, calendar, hours, log),
        types=_types(types, _demand(folder, calendar, log), calendar, log),
        shifts=read_shifts(settings.get("shifts") or []),
        seats=seats,
        heads=heads,
        shift_limits=shift_limits,
        pay=read_pay(settings["pay"]),
        holidays=holidays,
        shifts_of_target=_learnt(folder, log) if calibrated else {},
    )


def optional(text: object) -> float | None:
    """Read a number that may be left out or null."""
    return None if text is None or str(text).strip().lower() in ("", "~", "null") else float(str(text))


def _exceptions(section: dict[str, Any], first: dt.date, days: int) -> tuple[frozenset[dt.date], dict[dt.date, Ranges]]:
    """Public holidays, and the hours of the dates that differ from their weekday."""
    found = {dt.date.fromisoformat(date) for date in section.get("extra") or {}}
    country = section.get("country")
    if country and country.lower() not in ("null", "~"):
        from holidays import country_holidays

        years = range(first.year - 1, (first + dt.timedelta(days=days + 1)).year + 1)
        subdivision = section.get("subdivision")
        if subdivision in ("null", "~", ""):
            subdivision = None
        found |= set(country_holidays(country, subdiv=subdivision, years=years))
    closed = str(section.get("closed", "true")).lower() == "true"
    hours: dict[dt.date, Ranges] = dict.fromkeys(found, ()) if closed else {}
    for date, text in (section.get("dates") or {}).items():
        day = dt.date.fromisoformat(date)
        if text == "open":
            hours.pop(day, None)
        else:
            hours[day] = ranges(text)
    return frozenset(found), hours


def _week(text: dict[str, str]) -> list[Ranges]:
    week: list[Ranges] = [()] * 7
    for days, hours in text.items():
        for day in weekdays(days):
            week[day] = ranges(hours)
    return week


def _pools(
    folder: Path, settings: dict[str, Any], types: list[Row], calendar: Calendar,
    hours: dict[dt.date, Ranges], log: Log,
) -> dict[str, Pool]:  # fmt: skip
    served = dict.fromkeys(row.text("pool") for row in types)
    cells = {}
    if (folder / POOLS).is_file():
        cells = {row.text("pool"): row for row in read_table(folder / POOLS, POOLS, ("pool",), log)}
    service, shrinkage = settings.get("service") or {}, settings.get("shrinkage") or {}
    pools = {}
    for name in served:
        row = cells.get(name, Row(POOLS, 1, {}))

        def own(column: str, general: object, row: Row = row) -> float | None:
            cell = row.number(column, log)
            return optional(general) if cell is None else cell

        def need(column: str, general: object) -> float:
            value = own(column, general)
            return math.nan if value is None else value

        parts = [part.strip().partition(" ") for part in row.text("opening_hours").split(";") if part.strip()]
        week = _week({days: text for days, _, text in parts} if parts else settings["opening_hours"])
        opened = [is_open(date, minute, hours, week) for date, minute in calendar.walls]
        eve = calendar.clock.local(calendar.origin - min(calendar.step, 30))
        pools[name] = Pool(
            wage=need("wage_per_hour", settings["pay"]["wage_per_hour"]),
            target=need("target", service.get("target", 0.8)),
            within_s=need("within_s", service.get("within_s", 20)),
            floor=need("floor", service.get("floor", 0.5)),
            abandonment_cap=own("abandonment_cap", service.get("abandonment_cap")),
            occupancy_cap=own("occupancy_cap", service.get("occupancy_cap")),
            planned=need("planned_shrinkage", shrinkage.get("planned", 0)),
            unplanned=need("unplanned_shrinkage", shrinkage.get("unplanned", 0)),
            max_heads=own("max_heads", None),
            open=opened,
            open_before=opened[0] and is_open(eve.date(), eve.hour * 60 + eve.minute, hours, week),
        )
    return pools


def _demand(folder: Path, calendar: Calendar, log: Log) -> dict[str, tuple[list[float], list[float]]]:
    """Contacts and handle time of each contact type by interval."""
    found: dict[str, tuple[list[float], list[float]]] = {}
    for row in read_table(folder / DEMAND, DEMAND, ("start", "contact_type", "contacts", "aht_s"), log):
        contacts, aht = found.setdefault(row.text("contact_type"), ([0.0] * calendar.length, [0.0] * calendar.length))
        instant = read_instant(row.text("start"))
        place = None if instant is None else calendar.index(instant)
        inside = place is not None and 0 <= place < calendar.length
        log.holds("files", inside, row.place("start"), "an interval of the horizon", row.text("start"))
        if place is not None and inside:
            contacts[place] += row.figure("contacts", log)
            aht[place] = row.number("aht_s", log) or 0.0
    return found


def _learnt(folder: Path, log: Log) -> dict[tuple[str, str], float]:
    """What was added to the target, by pool and start."""
    rows = read_table(folder / LEARNT, LEARNT, ("pool", "start", "shift"), log)
    return {(row.text("pool"), row.text("start")): row.figure("shift", log) for row in rows}


def _types(
    rows: list[Row], demand: dict[str, tuple[list[float], list[float]]], calendar: Calendar, log: Log
) -> list[ContactType]:
    none = [0.0] * calendar.length
    found = []
    for row in rows:
        name = row.text("contact_type")
        contacts, aht = demand.get(name, (none, none))
        general = row.number("aht_s", log) or 0.0
        found.append(
            ContactType(
                name=name,
                pool=row.text("pool"),
                kind=row.text("kind") or "live",
                patience_s=row.number("patience_s", log) or math.inf,
                concurrency=row.number("concurrency", log) or 1.0,
                deadline_min=row.number("deadline_min", log) or 0.0,
                resolved_share=1.0 if (share := row.number("resolved_share", log)) is None else share,
                contacts=contacts,
                aht_s=[own or general for own in aht],
            )
        )
    return found
