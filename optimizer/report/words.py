"""Figures as English readers know them, for commands that print in English alone."""

from __future__ import annotations

from optimizer.report.language import UNKNOWN, language

__all__ = ["UNKNOWN", "gap", "moment", "money", "number", "share"]

_ENGLISH = language("en")
number, share, money = _ENGLISH.number, _ENGLISH.share, _ENGLISH.money
gap, moment = _ENGLISH.gap, _ENGLISH.moment
