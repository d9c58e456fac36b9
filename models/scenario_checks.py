"""Checks of a scenario across its files: what one place says has to fit what the others say."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pandas as pd

from models.faults import Fault, FaultLog, InputFaults
from models.remark import remark
from models.settings import MinuteRange, ShiftType
from models.settings_file import SettingsFile
from models.tables import CONTACT_TYPES, POOLS, parse_pool_hours
from models.wallclock import DAY_MIN, DAY_NAMES, Ranges, format_time
from models.yamlfile import KeyPath

if TYPE_CHECKING:
    from models.scenario import Scenario

MAX_LAYOUTS = 20_000


def check_tables(
    types: pd.DataFrame,
    pool_table: pd.DataFrame,
    pools: pd.DataFrame | None,
    file: SettingsFile | None,
    log: FaultLog,
    notes: list[str],
) -> None:
    """Check contact_types.csv and pools.csv against each other and against the settings.

    Parameters
    ----------
    types : DataFrame
        contact_types.csv, the index is the line.
    pool_table : DataFrame
        Pools by name, with ``contact_types``.
    pools : DataFrame or None
        pools.csv, the index is the line.
    file : SettingsFile or None
        None when scenario.yaml could not be read.
    log, notes
        Take faults and remarks.
    """
    step = file.settings.interval_min if file and "interval_min" not in file.unsure else 0
    for line, row in types.iterrows():
        _check_type(int(str(line)), row, pool_table, step, log)
    if file is not None and file.settings.service.model == "erlang-a" and "service" not in file.unsure:
        waiting = types["kind"].fillna("live") != "deferrable"
        patient = [str(name) for name in types.loc[waiting & types["patience_s"].isna(), "contact_type"].dropna()]
        if patient:
            names = ", ".join(patient)
            notes.append(remark("no patience_s for {names}: nobody gives up there, as in Erlang C", names=names))
    if pools is None:
        return
    for line, row in pools.dropna(subset=["pool"]).iterrows():
        if not pool_table.at[row["pool"], "contact_types"]:
            notes.append(remark("pool {pool} serves no contact type and is left out", pool=row["pool"]))
        if file is not None and "service" not in file.unsure:
            service = file.settings.service
            floor = service.floor if pd.isna(row["floor"]) else row["floor"]
            target = service.target if pd.isna(row["target"]) else row["target"]
            if floor > target:
                message = f"floor ({floor:g}) is above target ({target:g}); lower the floor or raise the target"
                column = "target" if pd.isna(row["floor"]) else "floor"
                log.add(str(POOLS.name), int(str(line)), column, row[column], message)
        if step and not pd.isna(row["opening_hours"]):
            for text in _off_grid(parse_pool_hours(row["opening_hours"]), step):
                message = f"{text} is not on the {step}-minute grid; move it, or change interval_min"
                log.add(str(POOLS.name), int(str(line)), "opening_hours", row["opening_hours"], message)


def _check_type(line: int, row: pd.Series, pool_table: pd.DataFrame, step: int, log: FaultLog) -> None:
    """Check one contact type: each kind has its own columns."""
    file, kind, name = (
        str(CONTACT_TYPES.name),
        "live" if pd.isna(row["kind"]) else row["kind"],
        str(row["contact_type"]),
    )
    deadline, concurrency = row["deadline_min"], row["concurrency"]
    if kind == "deferrable":
        if pd.isna(deadline):
            if not log.said(file, line, "deadline_min"):
                log.add(file, line, "deadline_min", "", "is blank; deferrable work needs a deadline in minutes")
        elif deadline < step:
            message = f"is shorter than one interval ({step} minutes); give more, or make the type live"
            log.add(file, line, "deadline_min", f"{deadline:g}", message, kind="short deadline")
    elif not pd.isna(deadline):
        log.add(file, line, "deadline_min", f"{deadline:g}", f"is only for deferrable work; leave it blank for {kind}")
    if kind != "chat" and not pd.isna(concurrency) and concurrency != 1:
        log.add(file, line, "concurrency", f"{concurrency:g}", f"is only for chat; leave it blank for {kind}")
    if name in pool_table.index and name not in list(pool_table["contact_types"][name]):
        log.add(
            file, line, "contact_type", name, "is also the name of a pool that does not serve it; rename one of them"
        )


def check_settings(file: SettingsFile, pool_table: pd.DataFrame, log: FaultLog, notes: list[str]) -> None:
    """Check shifts, limits and hours against the planning grid, the opening hours and the pools.

    Parameters
    ----------
    file : SettingsFile
        What is unsure in it is not used.
    pool_table : DataFrame
        Pools by name.
    log, notes
        Take faults and remarks.
    """
    settings, step = file.settings, file.settings.interval_min
    known = [str(name) for name in pool_table.index]
    on_grid = "interval_min" not in file.unsure
    if on_grid and "opening_hours" not in file.unsure:
        for text in _off_grid(settings.week, step):
            message = f"{text} is not on the {step}-minute grid; move it, or change interval_min"
            file.fault(log, ("opening_hours",), "", message)
    if on_grid and "pay" not in file.unsure:
        for place, premium in enumerate(settings.pay.premiums):
            _check_window(file, ("pay", "premiums", place), (premium.from_min, premium.to_min), step, log)
    if "service" not in file.unsure:
        _check_loss(file, pool_table, log)
    if "limits" not in file.unsure:
        _check_limits(file, known, log, step if on_grid else 0)
    names = [shift.name for shift in settings.shifts]
    for name in sorted({name for name in names if names.count(name) > 1}):
        file.fault(log, ("shifts",), name, "two shift types have this name; give each its own")
    for shift in settings.shifts:
        path = file.shift_path(shift.name)
        for name in shift.pools or ():
            if name not in known:
                message = f"is no pool; the pools are {', '.join(known)}"
                file.fault(log, (*path, "pools"), name, message)
        if on_grid and _shift_on_grid(file, path, shift, step, log):
            _check_layout(file, path, shift, step, log, notes)
            _check_fit(file, path, shift, pool_table, log, notes)
    if not settings.shifts and "shifts" not in file.unsure:
        notes.append(remark("there are no shift types: forecast and staff work, schedule and plan need at least one"))
    if "shifts" not in file.unsure:
        _check_served(file, known, log)


def check_cycle(file: SettingsFile, minutes: int, log: FaultLog) -> None:
    """In a horizon that repeats no shift may meet itself: none is longer than the horizon (minutes)."""
    if file.settings.horizon_edges != "cyclic" or {"shifts", "horizon_edges", "horizon"} & file.unsure:
        return
    for shift in file.settings.shifts:
        longest = max(shift.spans_min(paid)[1] for paid in shift.paid_min.values)
        if longest > minutes:
            message = (
                f"with breaks a shift of up to {longest / 60:g} h is longer than the cyclic horizon of"
                f" {minutes / 60:g} h; shorten it, plan more days, or take another horizon_edges"
            )
            file.fault(log, (*file.shift_path(shift.name), "paid_min"), "", message)


def require_plannable(scenario: Scenario) -> None:
    """Refuse a scenario that can be forecast and staffed but not scheduled.

    Raises
    ------
    InputFaults
        There are no shift types.
    """
    if not scenario.settings.shifts:
        message = (
            "there are no shift types, so there is nothing to schedule; add at least one, such as"
            ' {name: day, earliest_start: "08:00", latest_start: "10:00", paid_min: 480}'
        )
        raise InputFaults([Fault("scenario.yaml", None, "shifts", "", message)])


def _check_loss(file: SettingsFile, pool_table: pd.DataFrame, log: FaultLog) -> None:
    """In Erlang B nobody waits: of those answered all are in time, and one agent would do without a cap on losses."""
    service = file.settings.service
    if service.model != "erlang-b" or service.definition != "answered" or service.abandonment_cap is not None:
        return
    for name, cap in pool_table["abandonment_cap"].items():
        if pd.isna(cap):
            message = (
                f"with model erlang-b everybody who is answered is answered at once, so any staff reaches the target of"
                f" pool {name}; give abandonment_cap (the most that may be lost), or definition: offered"
            )
            file.fault(log, ("service", "definition"), service.definition, message)


def _check_served(file: SettingsFile, known: list[str], log: FaultLog) -> None:
    """Every pool needs a shift type; nothing is said while a shift names a pool that is not there."""
    named = [shift.pools for shift in file.settings.shifts]
    if not named or any(set(pools or ()) - set(known) for pools in named):
        return
    for name in known:
        if not any(pools is None or name in pools for pools in named):
            file.fault(log, ("shifts",), name, "no shift type may be worked by this pool; add it to the pools of one")


def _off_grid(week: Iterable[Ranges], step: int) -> list[str]:
    """Opening times that are not on the planning grid, each once."""
    times = sorted({time for ranges in week for span in ranges for time in span if time % step})
    return [format_time(time) for time in times]


def _check_window(file: SettingsFile, path: KeyPath, window: tuple[int, int], step: int, log: FaultLog) -> None:
    for key, time in zip(("from", "to"), window, strict=True):
        if time % step:
            message = f"is not on the {step}-minute grid; move it, or change interval_min"
            file.fault(log, (*path, key), format_time(time), message)


def _check_limits(file: SettingsFile, known: list[str], log: FaultLog, step: int) -> None:
    for place, limit in enumerate(file.settings.limits.heads):
        path: KeyPath = ("limits", "heads", place)
        if limit.pool is not None and limit.pool not in known:
            file.fault(log, (*path, "pool"), limit.pool, f"is no pool; the pools are {', '.join(known)}")
        if step:
            _check_window(file, path, (limit.from_min, limit.to_min), step, log)
    if "shifts" in file.unsure:
        return
    names = [shift.name for shift in file.settings.shifts]
    for place, entry in enumerate(file.settings.limits.shift_types):
        if entry.shift not in names:
            message = f"is no shift type; they are {', '.join(names) or 'none'}"
            file.fault(log, ("limits", "shift_types", place, "shift"), entry.shift, message)


def _shift_on_grid(file: SettingsFile, path: KeyPath, shift: ShiftType, step: int, log: FaultLog) -> bool:
    """Starts, paid lengths and breaks must be whole planning intervals."""
    wrong: list[tuple[KeyPath, int, str]] = []
    if shift.earliest_start % step:
        wrong.append((("earliest_start",), shift.earliest_start, format_time(shift.earliest_start)))
    if len(shift.starts) > 1 and shift.start_step_min % step:
        wrong.append((("start_step_min",), shift.start_step_min, str(shift.start_step_min)))
    wrong += [(("paid_min",), value, f"{value} min") for value in _lengths_off(shift.paid_min, step)]
    for place, entry in enumerate(shift.breaks):
        key = ("breaks", place, "length_min")
        wrong += [(key, value, f"{value} min") for value in _lengths_off(entry.length_min, step)]
    for path_in, value, text in wrong:
        finer = next(n for n in (30, 20, 15, 12, 10, 6, 5, 4, 3, 2, 1) if n < step and value % n == 0)
        message = f"is no multiple of interval_min ({step}); change it, or take a smaller interval_min such as {finer}"
        file.fault(log, (*path, *path_in), text, message)
    return not wrong


def _lengths_off(lengths: MinuteRange, step: int) -> list[int]:
    return [value for value in lengths.values if value % step][:1]


def _check_layout(
    file: SettingsFile, path: KeyPath, shift: ShiftType, step: int, log: FaultLog, notes: list[str]
) -> None:
    """Every paid length should have a way to place its breaks."""
    lost = [paid for paid in shift.paid_min.values if shift.breaks_for(paid) and not breaks_fit(shift, paid, step)]
    if len(lost) == len(shift.paid_min.values):
        message = "in no paid length can the breaks be placed; widen their windows, or shorten or remove a break"
        file.fault(log, (*path, "breaks"), "", message)
    elif lost:
        hours = ", ".join(f"{paid / 60:g} h" for paid in lost)
        notes.append(
            remark("shift {name}: with {hours} paid its breaks cannot be placed, so those lengths are never used",
                   name=shift.name, hours=hours)
        )  # fmt: skip


def breaks_fit(shift: ShiftType, paid_min: int, step: int) -> bool:
    """Say whether the breaks of a shift of this paid length can be placed on the planning grid.

    For each order and choice of lengths, breaks are placed as early as their windows allow, which is best for those
    that follow. Beyond 20,000 layouts the answer is a hopeful yes.
    """
    entries = shift.breaks_for(paid_min)
    choices = itertools.product(*(entry.length_min.values for entry in entries))
    layouts = ((lengths, order) for lengths in choices for order in itertools.permutations(range(len(entries))))
    for tried, (lengths, order) in enumerate(layouts):
        if tried >= MAX_LAYOUTS:
            return True
        unpaid = sum(length for entry, length in zip(entries, lengths, strict=True) if not entry.paid)
        work = shift.min_work_between_breaks_min
        span, free = paid_min + unpaid, work
        for place in order:
            low, high = entries[place].start_window(span, lengths[place])
            high = min(high, span - lengths[place] - work)
            start = -(-max(low, free) // step) * step
            if start > high:
                break
            free = start + lengths[place] + work
        else:
            return True
    return False


def _check_fit(
    file: SettingsFile, path: KeyPath, shift: ShiftType, pool_table: pd.DataFrame, log: FaultLog, notes: list[str]
) -> None:
    """The shift must be able to end in time, and to meet opening hours on one of its days."""
    shortest = min(shift.spans_min(paid)[0] for paid in shift.paid_min.values)
    if shift.latest_end is not None and shift.earliest_start + shortest > shift.latest_end:
        end = format_time(min(shift.earliest_start + shortest, 2 * DAY_MIN))
        message = f"even the shortest shift from the earliest start ends at {end}; end later or make it shorter"
        file.fault(log, (*path, "latest_end"), format_time(shift.latest_end), message)
        return
    settings = file.settings
    if "horizon" not in file.unsure:
        dates = (settings.horizon.start + dt.timedelta(days=d) for d in range(min(7, settings.horizon.days)))
        if not {date.weekday() for date in dates} & set(shift.days):
            days = ", ".join(DAY_NAMES[day] for day in shift.days)
            notes.append(remark("shift {name}: the horizon has none of its days ({days})", name=shift.name, days=days))
    if "opening_hours" in file.unsure:
        return
    serves = [name for name in pool_table.index if shift.pools is None or name in shift.pools]
    cells: list[Any] = list(pool_table.loc[serves, "opening_hours"])
    weeks = [settings.week if pd.isna(cell) else parse_pool_hours(cell) for cell in cells]
    latest = shift.starts[-1] + max(shift.spans_min(paid)[1] for paid in shift.paid_min.values)
    if shift.latest_end is not None:
        latest = min(latest, shift.latest_end)
    if weeks and not any(_meets(week, day, shift.earliest_start, latest) for week in weeks for day in shift.days):
        message = "never meets the opening hours of the pools that it serves; change its times or days, or the hours"
        file.fault(log, (*path, "earliest_start"), format_time(shift.earliest_start), message)


def _meets(week: tuple[Ranges, ...], day: int, start: int, end: int) -> bool:
    """Say whether a shift on this weekday overlaps the hours of that day, the day before or the days after."""
    spans = [
        (low + offset * DAY_MIN, high + offset * DAY_MIN)
        for offset in (-1, 0, 1, 2)
        for low, high in week[(day + offset) % 7]
    ]
    return any(start < high and low < end for low, high in spans)
