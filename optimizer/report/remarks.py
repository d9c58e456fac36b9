"""Remarks of a plan's files (`models.remark`) and faults of an input, which are English, in the language of a reader.

Files hold sentences. A sentence is recognised by the text that it was made from, which stands in the catalogue with its
translation under the context ``remark``; its values are taken from their places. A value may be a remark itself, or
several of them in a row. What nobody marked as a remark, such as a planner's own words, stays as it is.

Faults are recognised the same way, under the context ``fault``. Their texts are those that the code has, with the
places of their values numbered: ``is no pool; the pools are {1}``.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from models.wallclock import DAY_NAMES
from optimizer.report.language import FAULT, REMARK, Language, mark

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
    "amount": rf"{_NUMBER}(?: ?%| [A-Z]{{3}}| hours a week| contacts| points?)?",
    "days": rf"{_TOKEN}(?:,? {_TOKEN})*",
}  # fmt: skip
"""What a place of that name holds; any other holds any text."""
OF_CHECKS = (
    "must be greater than {1}",
    "must be greater than or equal to {1}",
    "must be less than {1}",
    "must be less than or equal to {1}",
    "must be a valid integer",
    "must be a valid integer, unable to parse string as an integer",
    "must be a valid integer, got a number with a fractional part",
    "must be a valid number",
    "must be a valid number, unable to parse string as a number",
    "must be a finite number",
    "must be a valid boolean",
    "must be a valid boolean, unable to interpret input",
    "must be a valid list",
    "must be a valid tuple",
    "must be a valid dictionary",
    "must be a section of {1}",
    "must be {1}",
    "{count} rows",
)
"""What the check of a settings file says by itself, and what has become of a table."""
OF_ROSTERS = (
    "{count} {what}, at least {amount}",
    "{count} {what}, at most {amount}",
    "{count} h, at least {amount}",
    "{count} h, at most {amount}",
    "{count} minutes, at least {amount}",
    "{count} minutes, at most {amount}",
    "{what} ({count} before the first day)",
    "{what}: {days}",
    "minutes in a day",
    "h in a day",
    "minutes of rest",
    "h of rest",
    "minutes of rest between {1} and {2}",
    "h of rest between {1} and {2}",
    "shifts {1}",
    "weekends with work",
    "weekends off",
    "split weekends",
    "days off",
    "paired days off",
    "types of shift",
    "refused requests",
    "days in a row",
    "days off in a row",
    "shifts in a row",
    "{1} needs {2}",
    "{1} is followed by {2}",
    "{1} instead of {2}",
    "works {1}",
    "{1}: {count} of {all}",
    "{1}: {count}, needed {all}",
)
"""Where a roster misses a rule: what was found, and what is counted."""
RULES_OF_ROSTERS = (
    "people short",
    "people over",
    "skill",
    "forbidden succession",
    "frozen day",
    "fixed assignment",
    "shift wanted",
    "settled day off",
    "leave",
    "closed day",
    "change of the published roster",
    "day off wanted",
    "forbidden assignment",
    "shift not wanted",
)
"""Names of the rules that are in every roster; others have the names that planners gave them."""
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
    patterns: tuple[re.Pattern[str], ...]
    literal: int


def say_remark(text: str, speak: Language) -> str:
    """Say a remark in a language; what is none stays as it is.

    Parameters
    ----------
    text : str
        As a file has it.
    speak : Language
    """
    return text if not speak.remarks else _said(text, speak, REMARK)[0]


def say_fault(text: str, speak: Language) -> str:
    """Say what is wrong in an input, or with a roster, in a language; what is not recognised stays as it is."""
    return text if not speak.faults else _said(text, speak, FAULT)[0]


def say_rule(name: str, speak: Language) -> str:
    """Say the name of a roster's rule in a language; one that a planner gave stays as it is."""
    return say_fault(name, speak) if name in RULES_OF_ROSTERS else name


@functools.lru_cache(maxsize=4096)
def _said(text: str, speak: Language, context: str) -> tuple[str, int]:
    """Return the translation and how many letters of it were recognised; the most recognised counts."""
    best = text, 0
    translations = speak.remarks if context == REMARK else speak.faults
    for sign, said_sign in _JOINS:
        if sign not in text:
            continue
        parts = [_said(part, speak, context) for part in text.split(sign)]
        known = sum(more for _, more in parts)
        if known > best[1] and all(more for _, more in parts):
            best = speak(said_sign).join(said for said, _ in parts), known
    for one, found in _matches(text, speak, context):
        values, known = {}, one.literal
        for place, value in found.groupdict().items():
            name = place.removeprefix("_")
            # a single word in a fault is what the user wrote
            is_nested = " " in value.strip() if context == FAULT else name in _NESTED
            said, more = _said(value, speak, context) if is_nested else (value, 0)
            said = _dated(said, speak) if name in _DAYS else said
            values[name], known = said, known + more
        if known > best[1]:
            best = _filled(translations.get(one.text, speak(one.text)), values), known
    return best


def _matches(text: str, speak: Language, context: str) -> Iterator[tuple[_Text, re.Match[str]]]:
    """Find the texts that a sentence may have been made from, with its values."""
    for one in _texts(speak, context):
        for pattern in one.patterns:
            if found := pattern.fullmatch(text):
                yield one, found


def _filled(text: str, values: dict[str, str]) -> str:
    """Put values in their places; a brace that opens no place stays."""
    return _SLOT.sub(lambda place: values[place[1]], text)


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
def _texts(speak: Language, context: str) -> tuple[_Text, ...]:
    texts = (*speak.remarks, *FIGURES) if context == REMARK else tuple(speak.faults)
    return tuple(_text(text, context) for text in texts)


def _text(text: str, context: str) -> _Text:
    parts = _SLOT.split(text)
    # a name of a group begins with a letter or with _, that of a place may be a number
    patterns = {
        "".join(
            f"(?P<_{part}>{_KINDS.get(part, any_text)})" if k % 2 else re.escape(part) for k, part in enumerate(parts)
        )
        for any_text in (".+?", ".+")  # words of the text may stand in its values as well: both ends are tried
    }
    words = "".join(parts[::2])
    # a colon alone says nothing of what users write
    literal = len(words) if context == REMARK or re.search(r"\w", words) else 0
    return _Text(text, tuple(re.compile(pattern, re.DOTALL) for pattern in sorted(patterns)), literal)
