"""When the doors are open: weekly hours, public holidays and single dates with their own hours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from models.calendar import BoolArray, TimeGrid, open_mask
from models.settings import Holidays
from models.wallclock import Ranges, parse_ranges


def holiday_names(holidays: Holidays, first: dt.date, last: dt.date) -> dict[dt.date, str]:
    """Public holidays by date, from `first` to `last`, both included.

    Those of the country calendar (package holidays) and the further dates of the settings; a date that the settings
    give hours of its own is a holiday only if it stands in one of the two.
    """
    found: dict[dt.date, str] = {}
    if holidays.country is not None:
        from holidays import country_holidays

        years = range(first.year, last.year + 1)
        # A fixed language: the names must not depend on the machine on which the plan is made.
        calendar = country_holidays(holidays.country, subdiv=holidays.subdivision, years=years, language="en_US")
        found.update({date: str(name) for date, name in calendar.items()})
    found.update(holidays.extra)
    return {date: found[date] for date in sorted(found) if first <= date <= last}


def exceptional_hours(holidays: Holidays, first: dt.date, last: dt.date) -> dict[dt.date, Ranges]:
    """Dates whose hours differ from those of their weekday; empty ranges mean closed.

    A public holiday is closed when `holidays.closed` says so; what `holidays.dates` says comes before that.
    """
    hours: dict[dt.date, Ranges] = {}
    if holidays.closed:
        hours = dict.fromkeys(holiday_names(holidays, first, last), ())
    for date, text in holidays.dates.items():
        if text == "open":
            hours.pop(date, None)
        else:
            hours[date] = parse_ranges(text)
    return hours


def opening(grid: TimeGrid, week: Sequence[Ranges], holidays: Holidays) -> BoolArray:
    """Open intervals of a grid, holidays respected; shape (T,)."""
    # The day before the grid counts too: a range past midnight reaches into the first morning.
    first = grid.first_date - dt.timedelta(days=1)
    return open_mask(grid, week, exceptional_hours(holidays, first, grid.dates[-1]))
