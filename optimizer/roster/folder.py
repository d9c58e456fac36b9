"""A roster folder from the files to the answer: read, solve, and what the files of the answer hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from models.faults import Fault, InputFaults
from models.planfiles import SCHEDULE_FILE
from models.remark import remark
from models.roster.case import Lines, RosterCase
from models.roster.check import check
from models.roster.folder import RosterFolder
from models.roster.reading import PUBLISHED_FILE, SETTINGS_FILE, read_roster_folder
from models.roster.repair import repaired
from models.roster.tables import TABLES
from models.roster.worked import ROSTER_FILE, read_published
from optimizer.roster.engine import Progress, RosterLimits, RosterSolution, solve_roster
from optimizer.roster.nearby import broken_people, lost_shifts, nearest_people, solve_near

MANY_PEOPLE, NEAR_PEOPLE = 120, 16
"""Of more people than that, so many may change in a repair unless it is asked for otherwise."""


@dataclass(frozen=True)
class RosterOrder:
    """What a roster is asked to be.

    Attributes
    ----------
    folder : with roster.yaml
    schedule : schedule.csv, or its folder, whose shifts are to be covered; None: shifts.csv and cover.csv
    published : roster.csv, or its folder, to begin with
    few_changes : whether a change of the published roster costs
    frozen_until : last day that stays as published; needs few_changes
    near : people at most who may change; None for as many as is quick, 0 for everybody; needs few_changes
    """

    folder: Path
    schedule: Path | None = None
    published: Path | None = None
    few_changes: bool = False
    frozen_until: dt.date | None = None
    near: int | None = None


@dataclass(frozen=True, eq=False)
class RosterAnswer:
    """What became of an order.

    Attributes
    ----------
    found : the folder as it was read
    case : that was solved; with the published roster's wishes when few changes were asked for
    solution : of the search
    published : (E, D) the published roster; None without one
    notes : remarks on the published roster
    inputs : files that it was made from, by name
    """

    found: RosterFolder
    case: RosterCase
    solution: RosterSolution
    published: Lines | None = None
    notes: tuple[str, ...] = ()
    inputs: Mapping[str, bytes] = field(default_factory=dict)


def _check_frozen(order: RosterOrder, found: RosterFolder) -> None:
    """Refuse to freeze every day, or days before the first: then there is nothing to repair, or nothing frozen."""
    last, calendar = order.frozen_until, found.calendar
    if last is not None and not 0 <= calendar.day(last) < calendar.days - 1:
        ends = calendar.date(0), calendar.date(calendar.days - 2)
        message = f"must lie from {ends[0]} to {ends[1]}, so that some days of the roster are frozen and some are not"
        raise InputFaults([Fault("--frozen-until", None, None, str(last), message)])


def read_inputs(order: RosterOrder) -> dict[str, bytes]:
    """Return the files of an order that a roster is made from, by name."""
    names = [SETTINGS_FILE, *(str(schema.name) for schema in TABLES)]
    found = {name: (order.folder / name).read_bytes() for name in names if (order.folder / name).is_file()}
    if order.schedule is not None:
        file = order.schedule / SCHEDULE_FILE if order.schedule.is_dir() else order.schedule
        found = {name: text for name, text in found.items() if name not in ("shifts.csv", "cover.csv")}
        found[SCHEDULE_FILE] = file.read_bytes()
    if order.published is not None and order.few_changes:
        file = order.published / ROSTER_FILE if order.published.is_dir() else order.published
        found[PUBLISHED_FILE] = file.read_bytes()
    return found


def limits_of(found: RosterFolder, given: Mapping[str, Any]) -> RosterLimits:
    """Limits of a search by roster.yaml, but for those that are given and not None."""
    solve = found.settings.solve
    limits = RosterLimits(time_limit_s=solve.time_limit_s, gap=solve.gap, seed=solve.seed)
    return replace(limits, **{name: value for name, value in given.items() if value is not None})


def people_near(case: RosterCase, published: Lines, most: int | None) -> list[int] | None:
    """Choose who may change in a repair; None for everybody.

    Parameters
    ----------
    most : people; None for `NEAR_PEOPLE` of more than `MANY_PEOPLE`, 0 for everybody
    """
    if most is None:
        most = NEAR_PEOPLE if len(case.employees) > MANY_PEOPLE else 0
    if not most or most >= len(case.employees):
        return None
    judged = check(case, published)
    hit = broken_people(case, judged)
    swaps = lost_shifts(case, published, hit)
    return nearest_people(case, published, judged, hit, swaps, max(most, len(hit))) if hit else None


def solve_folder(
    order: RosterOrder,
    given: Mapping[str, Any] | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
) -> RosterAnswer:
    """Read a roster folder and find its cheapest roster.

    Parameters
    ----------
    given : limits of the search by the names of `RosterLimits`; roster.yaml says those that are not there or None
    progress : called with every better roster and with the bound

    Raises
    ------
    InputFaults
        With every fault of the files.
    SolverFailureError
        If a solver fails.
    """
    found = read_roster_folder(order.folder, order.schedule, order.published if order.few_changes else None)
    case, published = found.case, None
    notes: tuple[str, ...] = ()
    if order.published is not None:
        published, notes = read_published(order.published, found)
        if order.few_changes:
            _check_frozen(order, found)
            frozen = () if order.frozen_until is None else range(found.calendar.day(order.frozen_until) + 1)
            case = repaired(case, published, found.settings.change_price, frozen)
    limits, near = limits_of(found, given or {}), None
    if published is not None and order.few_changes:
        near = people_near(case, published, order.near)
    if published is not None and near is not None:
        solution = solve_near(case, published, near, limits)
        if solution.lines is not None:
            said = remark(
                "{count} of {people} people could change, those who help best with the fewest rules broken;"
                " --near 0 asks all",
                count=len(near),
                people=len(case.employees),
            )
            notes = (*notes, said)
    else:
        solution = solve_roster(case, limits, start=published, progress=progress)
    return RosterAnswer(found, case, solution, published, notes, read_inputs(order))
