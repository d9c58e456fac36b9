"""Shifts as calendars (iCalendar, RFC 5545): one file an agent, or one a pool where nobody is named yet.

An event keeps its UID from plan to plan: whose it is, and on which day. So a calendar program that imports the next
file moves the shift in place of adding another; a shift that is gone comes once more, as cancelled.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
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


@dataclass(frozen=True)
class _Entry:
    """An event to be written: a shift, or a break in it."""

    uid: str
    title: str
    text: str
    start: pd.Timestamp
    end: pd.Timestamp
    shift_uid: str | None = None


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
    said, zone = speak or language(), ZoneInfo(time_zone)
    entries: dict[str, list[_Entry]] = {}
    for employee, own in rows.groupby("employee", sort=True):
        entries[str(employee)] = [
            entry for row in _ordered(own) for entry in _entries(row, zone, str(employee), name, said)
        ]
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
    said, zone = speak or language(), ZoneInfo(time_zone)
    entries = {
        str(pool): [entry for row in _ordered(own) for entry in _entries(row, zone, str(pool), name, said)[:1]]
        for pool, own in schedule.groupby("pool", sort=True)
    }
    return _written(entries, schedule, time_zone, name, before, now)


def _ordered(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of one calendar with `place`: how many like it stand before it on the same day."""
    rows = rows.sort_values([column for column in ("date", "start", "shift", "breaks") if column in rows])
    keys = ["date"] if "employee" in rows else ["date", "shift", "start"]
    placed = rows.assign(place=rows.groupby(keys).cumcount())
    return [{str(column): cell for column, cell in row.items()} for row in placed.to_dict("records")]


def _entries(row: dict[str, Any], zone: ZoneInfo, owner: str, name: str, speak: Language) -> list[_Entry]:
    """Events of a shift: itself, and each break."""
    start, end = (pd.Timestamp(str(row[column])).tz_convert(zone) for column in ("start", "end"))
    breaks = parse_breaks(start, "" if pd.isna(row["breaks"]) else str(row["breaks"]))
    shift = str(row["shift"])
    which = [str(row["place"])] if "employee" in row else [shift, str(row["start"]), str(row["place"])]
    uid = _uid(name, owner, str(row["date"]), *which)
    count = row.get("count")
    pool = owner if count is not None else str(row.get("pool") or "")
    title = (shift if count is None else f"{count} × {shift}") + (f", {pool}" if pool and pool != "nan" else "")
    text = "\n".join(_break_words(start, rest, speak) for rest in breaks)
    entries = [_Entry(uid, title, text, start, end)]
    for k, rest in enumerate(breaks):
        begins = start + pd.Timedelta(minutes=rest.offset_min)
        ends = start + pd.Timedelta(minutes=rest.end_min)
        words = speak("Break: {name}", name=rest.name)
        entries.append(_Entry(f"{k}-{uid}", words, _paid(rest, speak), begins, ends, uid))
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
        files.setdefault(file, (_owner_of(old), []))
    return {
        f"{FOLDER}/{file}": _calendar(owner, own, known.get(file), days, time_zone, name, stamp)
        for file, (owner, own) in sorted(files.items())
    }


def file_name(owner: str) -> str:
    """Return the name of the file of somebody's calendar: their name, and a mark where signs had to be left out."""
    plain = _UNSAFE.sub("_", owner).strip("._")[:_LONGEST_NAME]
    mark = "" if plain == owner else "-" + hashlib.sha256(owner.encode()).hexdigest()[:6]
    return f"{plain}{mark}.ics"


def _versions_before(folder: Path | None) -> dict[str, icalendar.Calendar]:
    """Read the calendars of the version before: file name to calendar."""
    found, faults = {}, []
    for path in sorted(folder.glob("*.ics")) if folder is not None and folder.is_dir() else []:
        try:
            calendar = icalendar.Calendar.from_ical(path.read_bytes())
        except (ValueError, KeyError, IndexError) as problem:
            message = f"is no calendar ({problem}); remove it, or restore it so that its events are updated"
            faults.append(Fault(str(path), None, None, "", message))
            continue
        if isinstance(calendar, icalendar.Calendar) and "servopt" in str(calendar.get("PRODID", "")):
            found[path.name] = calendar
    if faults:
        raise InputFaults(faults)
    return found


def _owner_of(calendar: icalendar.Calendar) -> str:
    return str(calendar.get("X-WR-CALNAME", ""))


def _calendar(
    owner: str, entries: list[_Entry], before: icalendar.Calendar | None, days: tuple[str, str], time_zone: str,
    name: str, stamp: dt.datetime,
) -> str:  # fmt: skip
    calendar = icalendar.Calendar()
    calendar.add("prodid", f"-//servopt//servopt {models.__version__}//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", " ".join(owner.split()))
    calendar.add("x-wr-caldesc", " ".join(name.split()))
    calendar.add("x-wr-timezone", time_zone)
    old: dict[str, Any] = {} if before is None else {str(event["UID"]): event for event in before.walk("VEVENT")}
    zone = ZoneInfo(time_zone)
    events: list[Any] = [_event(entry, zone, old.pop(entry.uid, None), stamp) for entry in entries]
    # What was there before and lies in these days, but is not part of the plan any more.
    events += [gone for event in old.values() if (gone := _cancelled(event, days, zone, stamp)) is not None]
    times = [event[name].dt.astimezone(zone).date() for event in events for name in ("DTSTART", "DTEND")]
    if times:
        calendar.add_component(vtimezone(time_zone, min(times), max(times)))
    for event in events:
        calendar.add_component(event)
    return str(calendar.to_ical().decode("utf-8"))


def _event(entry: _Entry, zone: ZoneInfo, before: Any, stamp: dt.datetime) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", entry.uid)
    event.add("summary", entry.title)
    if entry.text:
        event.add("description", entry.text)
    event.add("dtstart", _wall(entry.start, zone))
    event.add("dtend", _wall(entry.end, zone))
    if entry.shift_uid is not None:
        event.add("related-to", entry.shift_uid)
        event.add("transp", "TRANSPARENT")
    same = before is not None and _said(event) == _said(before)
    number = 0 if before is None else int(before.get("SEQUENCE", 0)) + (0 if same else 1)
    event.add("dtstamp", before["DTSTAMP"].dt if before is not None and same else stamp)
    event.add("sequence", number)
    event.add("status", "CONFIRMED")
    return event


def _wall(stamp: pd.Timestamp, zone: ZoneInfo) -> dt.datetime:
    """Write a stamp on the wall clock of the zone; in UTC within the hour that the clock shows a second time.

    A wall-clock time without offset means the first of the two (RFC 5545, 3.3.5).
    """
    local: dt.datetime = stamp.tz_convert(zone).to_pydatetime()
    return stamp.tz_convert("UTC").to_pydatetime().astimezone(dt.UTC) if local.fold else local


def _said(event: Any) -> tuple[object, ...]:
    """Return what an event says to its reader."""
    times = (event["DTSTART"].dt.astimezone(dt.UTC), event["DTEND"].dt.astimezone(dt.UTC))
    return (str(event["SUMMARY"]), str(event.get("DESCRIPTION", "")), *times, event.get("STATUS", "") == "CANCELLED")


def _cancelled(event: Any, days: tuple[str, str], zone: ZoneInfo, stamp: dt.datetime) -> Any:
    """Return the event as cancelled; None where it lies outside the days of the plan, which says nothing of it."""
    day = event["DTSTART"].dt.astimezone(zone).date().isoformat()
    if days[0] and not days[0] <= day <= days[1]:
        return None
    if event.get("STATUS") == "CANCELLED":
        return event
    for key, value in (("dtstamp", stamp), ("sequence", int(event.get("SEQUENCE", 0)) + 1), ("status", "CANCELLED")):
        event.pop(key, None)
        event.add(key, value)
    return event
