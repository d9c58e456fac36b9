"""Shifts as calendars (iCalendar, RFC 5545): one file an agent, or one a pool where nobody is named yet.

An event keeps its UID from plan to plan: whose it is, and on which day. So a calendar program that imports the next
file moves the shift in place of adding another; a shift that is gone comes once more, as cancelled.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import icalendar
import pandas as pd

import models
from models.breaks import Break, parse_breaks
from models.faults import Fault, InputFaults
from optimizer.report.language import Language, language
from optimizer.report.vtimezone import vtimezone

FOLDER = "calendars"
SHIFT_COLUMNS = ("date", "shift", "start", "end", "breaks")
_UNSAFE = re.compile(r"[^\w.-]+")
_LONGEST_NAME = 60
_END_OF_EVENT, _END_OF_CALENDAR = "END:VEVENT\r\n", "END:VCALENDAR\r\n"
_VERSION_LINE = re.compile(r"^(?:SEQUENCE:\d+|DTSTAMP:\d{8}T\d{6}Z|PRODID:-//servopt//.*)\n", re.MULTILINE)


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
    days = (str(rows["date"].min()), str(rows["date"].max())) if len(rows) else ("", "")
    writer = _Writer(time_zone, name, days, stamp)
    files = {file_name(owner): (owner, own) for owner, own in entries.items()}
    known = {path.name: path for path in sorted(before.glob("*.ics"))} if before is not None and before.is_dir() else {}
    written: dict[str, str] = {}
    faults: list[Fault] = []
    for file in sorted({*files, *known}):
        owner, own = files.get(file, ("", []))
        try:
            text = writer.calendar(owner, own, known.get(file))
        except (ValueError, KeyError, IndexError) as problem:
            message = f"is no calendar ({problem}); remove it, or restore it so that its events are updated"
            faults.append(Fault(str(known[file]), None, None, "", message))
            continue
        if text:
            written[f"{FOLDER}/{file}"] = text
    if faults:
        raise InputFaults(faults)
    return written


def file_name(owner: str) -> str:
    """Return the name of the file of somebody's calendar: their name, and a mark where signs had to be left out."""
    plain = _UNSAFE.sub("_", owner).strip("._")[:_LONGEST_NAME]
    mark = "" if plain == owner else "-" + hashlib.sha256(owner.encode()).hexdigest()[:6]
    return f"{plain}{mark}.ics"


class _Writer:
    """Writes the calendars of one roster.

    What events of several people have in common, and the zone, are made and put into text once.

    Parameters
    ----------
    days : ISO dates of the first and the last day that the roster speaks of; empty without any
    stamp : when this version was made
    """

    def __init__(self, time_zone: str, name: str, days: tuple[str, str], stamp: dt.datetime) -> None:
        self._time_zone, self._zone, self._name, self._days = time_zone, ZoneInfo(time_zone), name, days
        self._stamp = stamp
        self._zones = functools.cache(lambda first, last: _text(vtimezone(time_zone, first, last)))
        self._common = functools.cache(_common_lines)

    def calendar(self, owner: str, entries: list[_Entry], before: Path | None) -> str:
        """Return a calendar, events of the version before brought up to date; empty where that is not ours.

        Raises
        ------
        ValueError, KeyError, IndexError
            If the version before cannot be read.
        """
        first = self._whole(owner, [self._event(entry) for entry in entries], _dates(entries, self._zone))
        if before is None:
            return first
        text = before.read_bytes().decode("utf-8-sig")
        if _without_versions(text) == _without_versions(first):
            return text.replace("\r\n", "\n").replace("\n", "\r\n")
        known = icalendar.Calendar.from_ical(text)
        if not isinstance(known, icalendar.Calendar) or "servopt" not in str(known.get("PRODID", "")):
            return first if entries else ""
        old = {str(event["UID"]): event for event in known.walk("VEVENT")}
        events = [self._event(entry, old.pop(entry.uid, None)) for entry in entries]
        # What was there before and lies in these days, but is not part of the plan any more.
        gone = [each for event in old.values() if (each := self._cancelled(event)) is not None]
        dates = _dates(entries, self._zone)
        dates += [event[name].dt.astimezone(self._zone).date() for event in gone for name in ("DTSTART", "DTEND")]
        return self._whole(owner or str(known.get("X-WR-CALNAME", "")), [*events, *map(_text, gone)], dates)

    def _whole(self, owner: str, events: list[str], dates: list[dt.date]) -> str:
        calendar = icalendar.Calendar()
        calendar.add("prodid", f"-//servopt//servopt {models.__version__}//EN")
        calendar.add("version", "2.0")
        calendar.add("method", "PUBLISH")
        calendar.add("x-wr-calname", " ".join(owner.split()))
        calendar.add("x-wr-caldesc", " ".join(self._name.split()))
        calendar.add("x-wr-timezone", self._time_zone)
        head = _text(calendar).removesuffix(_END_OF_CALENDAR)
        zones = [self._zones(min(dates), max(dates))] if dates else []
        return "".join([head, *zones, *events, _END_OF_CALENDAR])

    def _event(self, entry: _Entry, before: Any = None) -> str:
        """Return an event; one that says what it said before keeps its stamp and its number."""
        said = (entry.title, entry.text, entry.start.astimezone(dt.UTC), entry.end.astimezone(dt.UTC), False)
        same = before is not None and said == _said(before)
        number = 0 if before is None else int(before.get("SEQUENCE", 0)) + (0 if same else 1)
        stamp = before["DTSTAMP"].dt.astimezone(dt.UTC) if before is not None and same else self._stamp
        # names of our own making: nothing in them has to be escaped, and no line is long
        lines = [f"UID:{entry.uid}", f"SEQUENCE:{number}", f"DTSTAMP:{stamp:%Y%m%dT%H%M%SZ}", "STATUS:CONFIRMED"]
        if entry.shift_uid is not None:
            lines += [f"RELATED-TO:{entry.shift_uid}", "TRANSP:TRANSPARENT"]
        common = self._common(entry.title, entry.text, entry.start, entry.end)
        return common + "".join(f"{line}\r\n" for line in lines) + _END_OF_EVENT

    def _cancelled(self, event: Any) -> Any:
        """Return the event as cancelled; None where it lies outside the days of the plan, which says nothing of it."""
        day = event["DTSTART"].dt.astimezone(self._zone).date().isoformat()
        if self._days[0] and not self._days[0] <= day <= self._days[1]:
            return None
        if event.get("STATUS") == "CANCELLED":
            return event
        number = int(event.get("SEQUENCE", 0)) + 1
        for key, value in (("dtstamp", self._stamp), ("sequence", number), ("status", "CANCELLED")):
            event.pop(key, None)
            event.add(key, value)
        return event


def _common_lines(title: str, text: str, start: dt.datetime, end: dt.datetime) -> str:
    """Begin an event, with what it says of a shift whoever works it."""
    event = icalendar.Event()
    event.add("summary", title)
    if text:
        event.add("description", text)
    event.add("dtstart", start)
    event.add("dtend", end)
    return _text(event).removesuffix(_END_OF_EVENT)


def _text(component: Any) -> str:
    return str(component.to_ical().decode("utf-8"))


def _without_versions(calendar: str) -> str:
    """Return a calendar without the lines that say which version it is."""
    return _VERSION_LINE.sub("", calendar.replace("\r\n", "\n"))


def _dates(entries: list[_Entry], zone: ZoneInfo) -> list[dt.date]:
    return [moment.astimezone(zone).date() for entry in entries for moment in (entry.start, entry.end)]


def _said(event: Any) -> tuple[object, ...]:
    """Return what an event says to its reader."""
    times = (event["DTSTART"].dt.astimezone(dt.UTC), event["DTEND"].dt.astimezone(dt.UTC))
    return (str(event["SUMMARY"]), str(event.get("DESCRIPTION", "")), *times, event.get("STATUS", "") == "CANCELLED")
