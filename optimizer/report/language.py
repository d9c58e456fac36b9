"""What people read, in their language: words from one catalogue; numbers, money, dates by locale.

The English text is the key. `languages/<code>.po` holds the translations (gettext's format, for any translator's tool);
it is read when its language is asked for. There is no current language: whoever writes something is handed one, so that
two readers of one process may have two. Money and shares are rounded here, where they are shown, and nowhere else.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

import pandas as pd
from babel import Locale
from babel.dates import format_datetime
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from babel.numbers import NumberPattern, format_currency, parse_pattern

UNKNOWN = "–"
LANGUAGES = {"en": "English", "zh": "中文"}
"""Code and own name of each language that there is."""
SMALL_GAP = 1e-4
REMARK, FAULT = "remark", "fault"
"""Contexts, in the catalogue, of the remarks in a plan's files, and of what is wrong in an input."""


@dataclass(frozen=True)
class _Style:
    """How a language writes: its locale, and patterns of Unicode's CLDR (None: the locale's own)."""

    locale: str
    share: str
    money: str | None
    date: str
    day: str
    day_of_year: str
    month: str
    to: str


_STYLES = {
    # An ISO code says without doubt which dollar or krone is meant; the day comes first, as in most of the world.
    "en": _Style("en", "{} %", "¤¤ {0};¤¤ -{0}", "yyyy-MM-dd", "EEE d MMM", "EEE d MMM yyyy", "MMM yyyy", "{} to {}"),
    "zh": _Style("zh_Hans_CN", "{}%", None, "y年M月d日", "M月d日 EEE", "y年M月d日 EEE", "y年M月", "{}至{}"),
}


@dataclass(frozen=True, eq=False)
class Language:
    """One language: calling it with an English text gives the text in that language.

    Parameters
    ----------
    code : str
        One of `LANGUAGES`.
    catalogue : dict of str to str
        English text to its translation.
    remarks, faults : dict of str to str
        The same of the remarks in a plan's files, and of faults in an input (`optimizer.report.remarks`).
    """

    code: str
    catalogue: dict[str, str] = field(default_factory=dict, repr=False)
    remarks: dict[str, str] = field(default_factory=dict, repr=False)
    faults: dict[str, str] = field(default_factory=dict, repr=False)

    def __call__(self, text: str, /, **slots: object) -> str:
        """Say a text that stands in the code; what varies stands in ``{name}`` and is given by name."""
        said = self.catalogue.get(text, text)
        return said.format(**slots) if slots else said

    @property
    def style(self) -> _Style:
        """How it writes."""
        return _STYLES[self.code]

    @property
    def tag(self) -> str:
        """Language of a page, for its ``lang``."""
        return {"zh": "zh-Hans"}.get(self.code, self.code)

    def number(self, value: Any, digits: int = 0) -> str:
        """Write a number with thousands separators; `UNKNOWN` for None and NaN."""
        return UNKNOWN if _unknown(value) else _written(value, digits, self.style.locale)

    def share(self, value: Any, digits: int = 1) -> str:
        """Write a fraction as a percentage."""
        return UNKNOWN if _unknown(value) else self.style.share.format(self.number(100 * value, digits))

    def setting(self, value: float) -> str:
        """Write a share that somebody set, with as many decimals as it has: 0.8 is 80 %, 0.999 is 99.9 %."""
        return self.style.share.format(f"{round(100 * value, 9):.12g}")

    def money(self, value: Any, currency: str, digits: int = 0) -> str:
        """Write an amount with its currency, such as ``EUR 12,345``."""
        if _unknown(value):
            return UNKNOWN
        form = _decimals(digits)
        pattern = self.style.money.format(form) if self.style.money else f"¤{form}"
        return format_currency(value, currency, pattern, locale=self.style.locale, currency_digits=False)

    def gap(self, value: Any) -> str:
        """Write a relative gap; small ones keep two digits that mean something."""
        if _unknown(value):
            return UNKNOWN
        if value == 0:
            return self.share(0, 0)
        return self.share(value, 2) if value >= SMALL_GAP else f"< {self.share(SMALL_GAP, 2)}"

    def date(self, value: dt.date) -> str:
        """Write a date with its year."""
        return self._by(value, self.style.date)

    def day(self, value: dt.date) -> str:
        """Write a weekday and a date without its year, such as ``Tue 1 Jul``."""
        return self._by(value, self.style.day)

    def weekday(self, value: dt.date) -> str:
        """Write a weekday and the day of the month, such as ``Tue 1``: the head of a narrow column."""
        return f"{self._by(value, 'EEE')} {value.day}"

    def weekday_name(self, day: int) -> str:
        """Write a weekday, 0 for Monday."""
        return self._by(dt.date(2024, 1, 1 + day), "EEE")

    def month(self, value: dt.date) -> str:
        """Write a month and its year."""
        return self._by(value, self.style.month)

    def moment(self, value: Any, *, year: bool = False) -> str:
        """Write the start of an interval, such as ``Tue 1 Jul 08:30``, on the wall clock of its own offset."""
        if value is None:
            return UNKNOWN
        stamp = pd.Timestamp(value)
        return f"{self._by(stamp, self.style.day_of_year if year else self.style.day)} {stamp:%H:%M}"

    def between(self, first: object, last: object) -> str:
        """Write a range."""
        return self.style.to.format(first, last)

    def _by(self, value: dt.date, pattern: str) -> str:
        stamp = dt.datetime(value.year, value.month, value.day)
        return format_datetime(stamp, pattern, locale=self.style.locale)


def mark(text: str) -> str:
    """Mark a text for the catalogue where no language is known yet; whoever shows it says it in one."""
    return text


@cache
def language(code: str = "en") -> Language:
    """Return a language.

    Parameters
    ----------
    code : str
        One of `LANGUAGES`.

    Raises
    ------
    ValueError
        If there is no such language.
    """
    if code not in LANGUAGES:
        raise ValueError(f"there is no language {code!r}; there are {', '.join(LANGUAGES)}")
    return (
        Language(code) if code == "en" else Language(code, *(_translations(code, one) for one in (None, REMARK, FAULT)))
    )


def _translations(code: str, context: str | None = None) -> dict[str, str]:
    return {
        str(entry.id): str(entry.string) for entry in _entries(code)
        if entry.id and entry.string and not entry.fuzzy and entry.context == context
    }  # fmt: skip


@cache
def _entries(code: str) -> Catalog:
    path = resources.files("optimizer.report") / "languages" / f"{code}.po"
    with path.open("rb") as file:
        return read_po(file, locale=_STYLES[code].locale)


def _unknown(value: Any) -> bool:
    return value is None or bool(pd.isna(value))


def _decimals(digits: int) -> str:
    return "#,##0" + ("." + "0" * digits if digits else "")


@cache
def _pattern(digits: int) -> NumberPattern:
    return parse_pattern(_decimals(digits))


@cache
def _locale(name: str) -> Locale:
    return Locale.parse(name)


def _written(value: Any, digits: int, locale: str) -> str:
    rounded = round(float(value), digits) + 0.0  # and never -0
    return _pattern(digits).apply(rounded, _locale(locale))
