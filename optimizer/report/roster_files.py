"""The files that a roster leaves: tables, the workbook, a calendar for each agent, and roster.json."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import models
from models.files import csv_text
from models.jsonfile import json_text
from models.plan import StageResult
from models.roster.case import OFF, Lines, RosterCase
from models.roster.change_reasons import change_reason
from models.roster.check import RosterCheck, check
from models.roster.folder import RosterFolder
from models.roster.records import Reason
from models.roster.repair import changed_days
from models.roster.summary import agent_table, cover_table, fairness_table, rule_table, spread_table
from models.roster.worked import ROSTER_FILE, worked_shifts

DECIMALS = 6
"""Of figures in tables."""
CHANGE_COLUMNS = ("employee", "date", "was", "is", "why")
AFFECTED_COLUMNS = ("employee", "days_changed", "hours_before", "hours_after", "hours_more")


def roster_files(
    found: RosterFolder,
    lines: Lines,
    result: StageResult,
    *,
    case: RosterCase | None = None,
    published: Lines | None = None,
    notes: tuple[str, ...] = (),
    before: Path | None = None,
    inputs: Mapping[str, bytes] | None = None,
) -> dict[str, str | bytes]:
    """Return what `servopt roster` writes: path to content.

    Parameters
    ----------
    found : RosterFolder
    lines : ndarray of int, shape (employees, days)
    result : StageResult
        How the search ended; its objective is what the soft rules of `case` cost.
    case : RosterCase, optional
        That was solved, where it is not the folder's own (a repair).
    published : ndarray of int, shape (employees, days), optional
        The roster before this one.
    notes : tuple of str
    before : Path, optional
        Folder of an earlier answer whose calendars are brought up to date.
    inputs : mapping of str to bytes, optional
        Files from which the roster was made, by name; they are kept, for `servopt verify`.
    """
    from optimizer.report.calendar import FOLDER, calendar_files
    from optimizer.report.roster_workbook import roster_workbook

    whole = check(case or found.case, lines)
    worked = worked_shifts(found, lines)
    fairness = fairness_table(found, lines)
    tables = {
        "agents": agent_table(found, lines, worked, whole.breaches),
        "cover": cover_table(found, lines),
        "rules": rule_table(found, whole.breaches),
        "fairness": fairness,
        "spread": spread_table(fairness),
    }
    tables = {name: table.round(DECIMALS) for name, table in tables.items()}
    if published is not None:
        tables["changes"] = change_table(found, lines, published)
        tables["affected"] = affected_table(found, lines, published)
    files: dict[str, str | bytes] = {ROSTER_FILE: csv_text(worked)}
    files |= {f"{name}.csv": csv_text(table) for name, table in tables.items()}
    record = {**roster_record(found, lines, result, whole, tables, notes), "inputs": sorted(inputs or ())}
    if published is not None:
        record["repair"] = repair_record(found, whole, published, len(tables["changes"]))
    files["roster.json"] = json_text(record)
    files |= {f"inputs/{name}": content for name, content in (inputs or {}).items()}
    files["roster.xlsx"] = roster_workbook(found, lines, tables, published)
    calendars = None if before is None else before / FOLDER
    files |= calendar_files(worked, found.settings.time_zone, found.settings.name, calendars)
    return files


def change_table(found: RosterFolder, lines: Lines, published: Lines) -> pd.DataFrame:
    """Return `CHANGE_COLUMNS`: who is affected by a repair, when and why; in the order of agents.csv."""
    case = found.case
    rows = []
    for place, day in changed_days(published, lines):
        was, now = (_name(case, int(array[place, day])) for array in (published, lines))
        why = change_reason(case, published, lines, place, day)
        rows.append((case.employees[place].name, found.calendar.date(day).isoformat(), was, now, why))
    return pd.DataFrame(rows, columns=list(CHANGE_COLUMNS))


def affected_table(found: RosterFolder, lines: Lines, published: Lines) -> pd.DataFrame:
    """Return `AFFECTED_COLUMNS`, one row for each person whom a repair affects."""
    case = found.case
    minutes = np.append(case.length_min, 0)  # the last for a day off
    rows = []
    for place in np.flatnonzero((published != lines).any(axis=1)).tolist():
        before, after = (float(minutes[array[place]].sum()) / 60 for array in (published, lines))
        days = int((published[place] != lines[place]).sum())
        rows.append((case.employees[place].name, days, before, after, after - before))
    return pd.DataFrame(rows, columns=list(AFFECTED_COLUMNS))


def repair_record(found: RosterFolder, whole: RosterCheck, published: Lines, changes: int) -> dict[str, Any]:
    """Return what a repair costs: its changes, and all other rules beside those of the published roster."""
    before = check(found.case, published)
    price = sum(breach.cost for breach in whole.breaches if breach.rule == str(Reason.CHANGE))
    return {
        "changes": changes,
        "change_cost": price,
        "cost_without_changes": whole.cost - price,
        "published_cost": before.cost,
        "published_hard_rules_broken": len(before.broken),
    }


def _name(case: RosterCase, shift: int) -> str:
    return "off" if shift == OFF else case.shifts[shift].name


def roster_record(
    found: RosterFolder,
    lines: Lines,
    result: StageResult,
    whole: RosterCheck,
    tables: Mapping[str, pd.DataFrame],
    notes: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Return what roster.json holds: how the search ended, what the roster costs and why, and its totals."""
    agents, cover = tables["agents"], tables["cover"]
    people = cover[cover["skill"].isna()]
    money = {name: float(agents[name].sum()) for name in ("base", "premium", "overtime", "leave", "pay")}
    return {
        "servopt": models.__version__,
        "name": found.settings.name,
        "time_zone": found.settings.time_zone,
        "currency": found.settings.currency,
        "first_day": found.calendar.first_day.isoformat(),
        "days": found.calendar.days,
        "employees": len(found.agents),
        "result": {
            "status": result.status, "cost": result.objective, "bound": result.bound, "gap": result.gap,
            "seconds": result.seconds, "solver": result.solver, "seed": result.seed,
        },
        "hard_rules_broken": len(whole.broken),
        "cost_by_rule": dict(sorted(whole.cost_by_rule().items(), key=lambda item: -item[1])),
        "shifts": int((lines != OFF).sum()),
        "needed": int(people["need"].sum()),
        "uncovered_hours": float(people["uncovered_hours"].sum()),
        "hours": float(agents["hours"].sum()),
        "refused_requests": int(agents["refused_requests"].sum()),
        "requests": int(agents["requests"].sum()),
        "money": money,
        "schedule_cost": found.schedule_cost,
        "spread": tables["spread"].to_dict("records"),
        "packs": list(found.packs),
        "notes": [*found.notes, *notes],
    }  # fmt: skip
