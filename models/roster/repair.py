"""Repair: a published roster as wishes, so that changes have their price and frozen days stay as they are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from models.roster.case import OFF, Lines, RosterCase
from models.roster.records import Reason, Wish


def repaired(case: RosterCase, published: Lines, price: float, frozen_days: Collection[int] = ()) -> RosterCase:
    """Return a case in which every change of a published roster costs.

    Parameters
    ----------
    published : ndarray of int, shape (employees, days)
    price : float
        Cost of each day of a person on which the roster changes.
    frozen_days : collection of int
        Days that stay as published, but for people whom leave or a settled assignment forbids it.

    Raises
    ------
    ValueError
        If `published` is no roster of the case.
    """
    case.require_shape(published)
    frozen = frozenset(frozen_days)
    wishes = []
    for place, employee in enumerate(case.employees):
        settled = {wish.day for wish in _against(case, place, published[place])}
        for day, worked in enumerate(published[place].tolist()):
            shift = None if worked == OFF else case.shifts[worked].name
            hard = day in frozen and day not in settled
            wishes.append(Wish(employee.name, day, shift, worked != OFF, None if hard else price, Reason.CHANGE))
    return replace(case, wishes=(*case.wishes, *wishes))


def _against(case: RosterCase, place: int, line: Lines) -> list[Wish]:
    """Hard wishes that the published line does not keep."""
    wishes = case.wishes_of.get(case.employees[place].name, ())
    return [wish for wish in wishes if wish.price is None and not case.granted(wish, int(line[wish.day]))]


def changed_days(published: Lines, lines: Lines) -> list[tuple[int, int]]:
    """Return the people and days whose assignment is another, in order."""
    return [(int(place), int(day)) for place, day in zip(*np.nonzero(published != lines), strict=True)]
