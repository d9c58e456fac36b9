"""The VTIMEZONE of a calendar: every change of the clock in its days, for programs without time zones of their own.

RFC 5545, 3.6.5: the onset of a part is told in the local time that was in force just before it.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import icalendar

_STEP = dt.timedelta(hours=12)


def vtimezone(time_zone: str, first: dt.date, last: dt.date) -> icalendar.Timezone:
    """Return the VTIMEZONE of a zone for some days.

    Parameters
    ----------
    time_zone : str
        IANA name.
    first, last : date
        Days that it has to hold for, both inclusive.
    """
    zone = ZoneInfo(time_zone)
    begins = dt.datetime(first.year, first.month, first.day, tzinfo=dt.UTC) - 2 * _STEP
    ends = dt.datetime(last.year, last.month, last.day, tzinfo=dt.UTC) + 4 * _STEP
    component = icalendar.Timezone()
    component.add("tzid", time_zone)
    local = begins.astimezone(zone)
    # What is in force on the first day holds since some moment before it.
    component.add_component(_part(local, _offset(local)))
    instant = begins
    while instant < ends:
        later = instant + _STEP
        if later.astimezone(zone).utcoffset() != instant.astimezone(zone).utcoffset():
            component.add_component(_part(_change(instant, later, zone), _offset(instant.astimezone(zone))))
        instant = later
    return component


def _offset(local: dt.datetime) -> dt.timedelta:
    return local.utcoffset() or dt.timedelta(0)


def _change(before: dt.datetime, after: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """Return the first second after a change of offset that lies between two instants."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > dt.timedelta(seconds=1):
        middle = before + dt.timedelta(seconds=(after - before) // dt.timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after.astimezone(zone)


def _part(local: dt.datetime, offset_before: dt.timedelta) -> icalendar.TimezoneStandard | icalendar.TimezoneDaylight:
    summer = bool(local.dst())
    part = icalendar.TimezoneDaylight() if summer else icalendar.TimezoneStandard()
    part.add("dtstart", (local.astimezone(dt.UTC) + offset_before).replace(tzinfo=None))
    part.add("tzname", local.tzname() or "")
    part.add("tzoffsetfrom", offset_before)
    part.add("tzoffsetto", _offset(local))
    return part
