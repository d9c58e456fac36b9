"""Remarks of a plan's files (`models.remark`), which are English, in the language of a reader.

Files hold sentences. A sentence is recognised by the text that it was made from, which stands in the catalogue with its
translation under the context ``remark``; its values are taken from their places. A value may be a remark itself, or
several of them in a row. What nobody marked as a remark, such as a planner's own words, stays as it is.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from dataclasses import dataclass

from models.wallclock import DAY_NAMES
from optimizer.report.language import Language, mark

FIGURES = (
    mark("outlay of all"),
    mark("discount rate"),
    mark("{subject}: revenue"),
    mark("{subject}: cost"),
    mark("{subject}: csat"),
    mark("{subject}: handle_time"),
    mark("{subject}: contacts"),
    mark("{subject}: containment"),
    mark("{subject}: adoption"),
    mark("{subject}: fcr"),
    mark("{subject}: attrition"),
)
"""Names in tornado.csv."""
_WEEKDAY = "(?:" + "|".join(DAY_NAMES) + ")"
_DATE = r"\d{4}-\d\d-\d\d"
_DAY = rf"(?:{_WEEKDAY} {_DATE}|{_DATE}|{_WEEKDAY})"
_NUMBER = r"-?[\d.,]+"
_TOKEN = rf"(?:{_WEEKDAY}|{_DATE}|to|of|days|\d[\d:-]*)"
_KINDS = {
    "count": _NUMBER, "all": _NUMBER, "year": r"\d{4}", "date": _DATE, "time": r"[\d:]+", "limit": r"[\d:]+",
    "share": rf"{_NUMBER} ?%", "half": rf"{_NUMBER} ?%", "money": rf"(?:[A-Z]{{3}} )?{_NUMBER}(?: [A-Z]{{3}})?",
    "amount": rf"{_NUMBER}(?: ?%| [A-Z]{{3}}| hours a week| contacts)?",
    "days": rf"{_TOKEN}(?:,? {_TOKEN})*",
}  # fmt: skip
"""What a place of that name holds; any other holds any text."""
_NESTED = ("what", "rules", "other", "level", "amount", "ended")
"""Places that may hold remarks."""
_DAYS = ("days", "date", "dates")
_JOINS = (("; ", mark("; ")), (" and ", mark(" and ")), (", ", mark(", ")))
"""What stands between remarks in a row."""
_SLOT = re.compile(r"{(\w+)}")


@dataclass(frozen=True)
class _Text:
    """A text of the catalogue, as it is recognised."""

    text: str
    pattern: re.Pattern[str]
    literal: int


def say_remark(text: str, speak: Language) -> str:
    """Say a remark in a language; what is none stays as it is.

    Parameters
    ----------
    text : str
        As a file has it.
    speak : Language
    """
    return text if not speak.remarks else _said(text, speak)[0]


@functools.lru_cache(maxsize=4096)
def _said(text: str, speak: Language) -> tuple[str, int]:
    """Return the translation and how many letters of it were recognised; the most recognised counts."""
    best = text, 0
    for one in _texts(speak):
        found = one.pattern.fullmatch(text)
        if found is None:
            continue
        values, known = {}, one.literal
        for name, value in found.groupdict().items():
            said, more = _said(value, speak) if name in _NESTED else (value, 0)
            said = _dated(said, speak) if name in _DAYS else said
            values[name], known = said, known + more
        if known > best[1]:
            best = speak.remarks.get(one.text, speak(one.text)).format(**values), known
    for sign, said_sign in _JOINS:
        if sign not in text:
            continue
        parts = [_said(part, speak) for part in text.split(sign)]
        known = sum(more for _, more in parts)
        if known > best[1] and all(more for _, more in parts):
            best = speak(said_sign).join(said for said, _ in parts), known
    return best


def _dated(text: str, speak: Language) -> str:
    """Write dates and weekdays, each alone or from one to another, by the language."""

    def written(day: str) -> str:
        name, _, date = day.rpartition(" ")
        return speak.weekday_name(DAY_NAMES.index(date)) if not name and date in DAY_NAMES else _day(date, speak)

    both = re.sub(rf"({_DAY}) to ({_DAY})", lambda one: speak.between(written(one[1]), written(one[2])), text)
    return re.sub(rf"\b{_DAY}\b", lambda one: written(one[0]), both)


def _day(date: str, speak: Language) -> str:
    try:
        return speak.day(dt.date.fromisoformat(date))
    except ValueError:
        return date


@functools.cache
def _texts(speak: Language) -> tuple[_Text, ...]:
    return tuple(map(_text, (*speak.remarks, *FIGURES)))


def _text(text: str) -> _Text:
    parts = _SLOT.split(text)
    pattern = "".join(
        f"(?P<{part}>{_KINDS.get(part, '.+?')})" if k % 2 else re.escape(part) for k, part in enumerate(parts)
    )
    return _Text(text, re.compile(pattern, re.DOTALL), sum(map(len, parts[::2])))
