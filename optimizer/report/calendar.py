"""Shifts as calendars (iCalendar, RFC 5545): one file an agent, or one a pool where nobody is named yet.

An event keeps its UID from plan to plan: whose it is, and on which day. So a calendar program that imports the next
file moves the shift in place of adding another; a shift that is gone comes once more, as cancelled.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pandas as pd

import models
from models.breaks import Break, parse_breaks
from models.faults import Fault, InputFaults
from optimizer.report.ics import Component, component, escaped, line, moment_line, read_components
from optimizer.report.language import Language, language
from optimizer.report.vtimezone import vtimezone

FOLDER = "calendars"
SHIFT_COLUMNS = ("date", "shift", "start", "end", "breaks")
_UNSAFE = re.compile(r"[^\w.-]+")
_LONGEST_NAME = 60


class _Entry(NamedTuple):
    """An event to be written: a shift, or a break in it; times as they are written."""

    uid: str
    title: str
    text: str
    start: dt.datetime
    end: dt.datetime
    shift_uid: str | None = None


class _Spell(NamedTuple):
    """A shift or a break without the person: what it says, and when."""

    title: str
    text: str
    start: dt.datetime
    end: dt.datetime


def calendar_files(
    rows: pd.DataFrame,
    time_zone: str,
    name: str,
    before: Path | None = None,
    *,
    now: dt.datetime | None = None,
    speak: Language | None = None,
) -> dict[str, str]:
    """Write one calendar for each employee of a roster.

    Parameters
    ----------
    rows : DataFrame
        employee and `SHIFT_COLUMNS` as in roster.csv, one row for each shift that somebody works; `date` is the ISO
        date on which the shift starts, `start` and `end` ISO stamps with offset, `breaks` as in `models.breaks`.
    time_zone : str
        IANA name of the roster's zone: events are written in it, so that they stay where they are when clocks change.
    name : str
        Of the roster; part of every UID, so that it has to stay from version to version.
    before : Path, optional
        Folder that holds the calendars of the version before, whose changed events get a higher SEQUENCE.
    now : datetime, optional
        When this version was made; by default now. Events that did not change keep their stamp.
    speak : Language, optional
        Of titles and descriptions; English by default.

    Returns
    -------
    dict of str to str
        ``calendars/<employee>.ics`` to content. Who had shifts before and has none now gets a file that cancels them.

    Raises
    ------
    InputFaults
        A calendar of the version before that cannot be read.
    """
    spells = _Spells(ZoneInfo(time_zone), speak or language())
    entries: dict[str, list[_Entry]] = {}
    for employee, row in _ordered(rows, "employee"):
        entries.setdefault(employee, []).extend(_entries(row, spells, employee, name))
    return _written(entries, rows, time_zone, name, before, now)


def pool_calendar_files(
    schedule: pd.DataFrame,
    time_zone: str,
    name: str,
    before: Path | None = None,
    *,
    now: dt.datetime | None = None,
    speak: Language | None = None,
) -> dict[str, str]:
    """Write one calendar for each pool of a schedule whose shifts nobody has been given yet.

    Each line of the schedule is one event that says how many people work it. Parameters and result are those of
    `calendar_files`, with `schedule` as in schedule.csv.
    """
    spells = _Spells(ZoneInfo(time_zone), speak or language())
    entries: dict[str, list[_Entry]] = {}
    for pool, row in _ordered(schedule, "pool"):
        entries.setdefault(pool, []).append(_entries(row, spells, pool, name)[0])
    return _written(entries, schedule, time_zone, name, before, now)


def _ordered(rows: pd.DataFrame, owner: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Owner of a calendar and row of each shift, with `place`: how many like it stand before it on the same day."""
    rows = rows.sort_values([owner, *(column for column in ("date", "start", "shift", "breaks") if column in rows)])
    keys = [owner, "date"] if "employee" in rows else [owner, "date", "shift", "start"]
    placed = rows.assign(place=rows.groupby(keys).cumcount())
    for row in placed.to_dict("records"):
        yield str(row[owner]), {str(column): cell for column, cell in row.items()}


class _Spells:
    """Shifts with their breaks as they are written; those alike in time and breaks are worked out once.

    Parameters
    ----------
    zone : of the calendar
    speak : of titles and descriptions
    """

    def __init__(self, zone: ZoneInfo, speak: Language) -> None:
        self.zone, self._speak = zone, speak
        self._known: dict[tuple[str, str, str], list[_Spell]] = {}

    def of(self, start: str, end: str, breaks: str) -> list[_Spell]:
        """Return the shift, whose title is its owner's, and each of its breaks."""
        key = start, end, breaks
        if key not in self._known:
            self._known[key] = self._made(*key)
        return self._known[key]

    def _made(self, start_text: str, end_text: str, cell: str) -> list[_Spell]:
        start, end = (pd.Timestamp(text).tz_convert(self.zone) for text in (start_text, end_text))
        breaks = parse_breaks(start, cell)
        text = "\n".join(_break_words(start, rest, self._speak) for rest in breaks)
        spells = [_Spell("", text, self._wall(start), self._wall(end))]
        for rest in breaks:
            begins, ends = (start + pd.Timedelta(minutes=minute) for minute in (rest.offset_min, rest.end_min))
            title = self._speak("Break: {name}", name=rest.name)
            spells.append(_Spell(title, _paid(rest, self._speak), self._wall(begins), self._wall(ends)))
        return spells

    def _wall(self, stamp: pd.Timestamp) -> dt.datetime:
        """Write a stamp on the wall clock of the zone; in UTC within the hour that the clock shows a second time.

        A wall-clock time without offset means the first of the two (RFC 5545, 3.3.5).
        """
        local: dt.datetime = stamp.tz_convert(self.zone).to_pydatetime()
        return local.astimezone(dt.UTC) if local.fold else local


def _entries(row: dict[str, Any], spells: _Spells, owner: str, name: str) -> list[_Entry]:
    """Events of a shift: itself, and each break."""
    breaks = row["breaks"]
    whole, *breaks = spells.of(str(row["start"]), str(row["end"]), "" if pd.isna(breaks) else str(breaks))
    shift = str(row["shift"])
    which = [str(row["place"])] if "employee" in row else [shift, str(row["start"]), str(row["place"])]
    uid = _uid(name, owner, str(row["date"]), *which)
    count = row.get("count")
    pool = owner if count is not None else str(row.get("pool") or "")
    title = (shift if count is None else f"{count} × {shift}") + (f", {pool}" if pool and pool != "nan" else "")
    entries = [_Entry(uid, title, *whole[1:])]
    entries += [_Entry(f"{k}-{uid}", *rest, uid) for k, rest in enumerate(breaks)]
    return entries


def _break_words(start: pd.Timestamp, rest: Break, speak: Language) -> str:
    """Say a break on the clock of the shift's start."""
    first, last = (start + pd.Timedelta(minutes=minute) for minute in (rest.offset_min, rest.end_min))
    return f"{first:%H:%M}–{last:%H:%M} {rest.name}, {_paid(rest, speak)}"


def _paid(rest: Break, speak: Language) -> str:
    return speak("paid") if rest.paid else speak("unpaid")


def _uid(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32] + "@servopt"


def _written(
    entries: dict[str, list[_Entry]], rows: pd.DataFrame, time_zone: str, name: str, before: Path | None,
    now: dt.datetime | None,
) -> dict[str, str]:  # fmt: skip
    stamp = (now or dt.datetime.now(dt.UTC)).astimezone(dt.UTC).replace(microsecond=0)
    known = _versions_before(before)
    days = (str(rows["date"].min()), str(rows["date"].max())) if len(rows) else ("", "")
    files = {file_name(owner): (owner, own) for owner, own in entries.items()}
    for file, old in known.items():
        files.setdefault(file, (old.text("X-WR-CALNAME"), []))
    zones = functools.cache(functools.partial(vtimezone, time_zone))
    writer = _Writer(time_zone, name, days, stamp, zones)
    return {
        f"{FOLDER}/{file}": writer.calendar(owner, own, known.get(file)) for file, (owner, own) in sorted(files.items())
    }


def file_name(owner: str) -> str:
    """Return the name of the file of somebody's calendar: their name, and a mark where signs had to be left out."""
    plain = _UNSAFE.sub("_", owner).strip("._")[:_LONGEST_NAME]
    mark = "" if plain == owner else "-" + hashlib.sha256(owner.encode()).hexdigest()[:6]
    return f"{plain}{mark}.ics"


def _versions_before(folder: Path | None) -> dict[str, Component]:
    """Read the calendars of the version before: file name to calendar."""
    found, faults = {}, []
    for path in sorted(folder.glob("*.ics")) if folder is not None and folder.is_dir() else []:
        try:
            calendar = read_components(path.read_bytes().decode("utf-8-sig"))[0]
            if "servopt" in calendar.text("PRODID"):
                for event in _events(calendar):
                    _said(event), _sequence(event)
                found[path.name] = calendar
        except ValueError as problem:
            message = f"is no calendar ({problem}); remove it, or restore it so that its events are updated"
            faults.append(Fault(str(path), None, None, "", message))
    if faults:
        raise InputFaults(faults)
    return found


def _events(calendar: Component) -> list[Component]:
    return [part for part in calendar.parts if part.name == "VEVENT"]


@dataclass(frozen=True)
class _Writer:
    """Writes the calendars of one roster.

    Attributes
    ----------
    days : ISO dates of the first and the last day that the roster speaks of; empty without any
    stamp : when this version was made
    zones : VTIMEZONE for a first and a last day
    """

    time_zone: str
    name: str
    days: tuple[str, str]
    stamp: dt.datetime
    zones: Callable[[dt.date, dt.date], str]

    def calendar(self, owner: str, entries: list[_Entry], before: Component | None) -> str:
        """Return a calendar as text, events of the version before brought up to date."""
        old = {} if before is None else {event.text("UID"): event for event in _events(before)}
        events = [self._event(entry, old.pop(entry.uid, None)) for entry in entries]
        # What was there before and lies in these days, but is not part of the plan any more.
        gone = [event for event in old.values() if self._speaks_of(event)]
        events += [self._cancelled(event) for event in gone]
        zone = ZoneInfo(self.time_zone)
        times = [moment for entry in entries for moment in (entry.start, entry.end)]
        times += [moment for event in gone for moment in _said(event)[2:4]]
        dates = [moment.astimezone(zone).date() for moment in times]
        head = [
            line("VERSION", "2.0"),
            line("PRODID", f"-//servopt//servopt {models.__version__}//EN"),
            line("METHOD", "PUBLISH"),
            line("X-WR-CALDESC", escaped(" ".join(self.name.split()))),
            line("X-WR-CALNAME", escaped(" ".join(owner.split()))),
            line("X-WR-TIMEZONE", self.time_zone),
        ]
        zones = [self.zones(min(dates), max(dates))] if dates else []
        return component("VCALENDAR", [*head, *zones, *events])

    def _event(self, entry: _Entry, before: Component | None) -> str:
        said = (entry.title, entry.text, entry.start.astimezone(dt.UTC), entry.end.astimezone(dt.UTC), False)
        same = before is not None and said == _said(before)
        number = 0 if before is None else _sequence(before) + (0 if same else 1)
        stamp = before.properties["DTSTAMP"].moment() if before is not None and same else self.stamp
        return self._lines(entry, stamp, number, "CONFIRMED")

    def _lines(self, entry: _Entry, stamp: dt.datetime, number: int, status: str) -> str:
        lines = [
            line("SUMMARY", escaped(entry.title)),
            moment_line("DTSTART", entry.start, self.time_zone),
            moment_line("DTEND", entry.end, self.time_zone),
            moment_line("DTSTAMP", stamp.astimezone(dt.UTC), self.time_zone),
            line("UID", entry.uid),
            line("SEQUENCE", str(number)),
        ]
        if entry.text:
            lines.append(line("DESCRIPTION", escaped(entry.text)))
        if entry.shift_uid is not None:
            lines += [line("RELATED-TO", entry.shift_uid), line("TRANSP", "TRANSPARENT")]
        return component("VEVENT", [*lines, line("STATUS", status)])

    def _speaks_of(self, event: Component) -> bool:
        """Say whether an event lies in the days of the roster."""
        first, last = self.days
        day = _said(event)[2].astimezone(ZoneInfo(self.time_zone)).date().isoformat()
        return not first or first <= day <= last

    def _cancelled(self, event: Component) -> str:
        """Return an event of before as cancelled."""
        title, text, start, end, already = _said(event)
        zone = ZoneInfo(self.time_zone)
        first, last = (
            local if not local.fold else moment for moment in (start, end) for local in [moment.astimezone(zone)]
        )
        entry = _Entry(event.text("UID"), title, text, first, last, event.text("RELATED-TO") or None)
        stamp = event.properties["DTSTAMP"].moment() if already else self.stamp
        return self._lines(entry, stamp, _sequence(event) + (0 if already else 1), "CANCELLED")


def _sequence(event: Component) -> int:
    return int(event.text("SEQUENCE", "0"))


_Said = tuple[str, str, dt.datetime, dt.datetime, bool]


def _said(event: Component) -> _Said:
    """Return what an event of before says to its reader: title, text, instants, whether it is cancelled.

    Raises
    ------
    ValueError
        If it has no times, or no stamp.
    """
    try:
        start, end, _ = (event.properties[name].moment().astimezone(dt.UTC) for name in ("DTSTART", "DTEND", "DTSTAMP"))
    except KeyError as missing:
        raise ValueError(f"an event without {missing.args[0]}") from missing
    return event.text("SUMMARY"), event.text("DESCRIPTION"), start, end, event.text("STATUS") == "CANCELLED"
