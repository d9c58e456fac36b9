"""Rosters in a batch: `roster` with its tables; calendars and workbooks, which say when they were written, stay out."""

from __future__ import annotations

import json
from pathlib import Path

from models.roster import tables
from models.roster.folder import RosterFolder
from models.roster.reading import read_roster_folder
from models.roster.settings import RosterSettings
from optimizer.batch.commands import Answer, no_plan
from optimizer.batch.records import Options, Plain
from optimizer.batch.reuse import Reuse
from optimizer.report.roster_files import roster_files
from optimizer.roster.folder import RosterOrder, limits_of, solve_folder
from optimizer.roster.result import roster_of
from optimizer.solve import STAGE_STATUS

SETTINGS = RosterSettings
TABLES = tables.TABLES
KEPT = (".csv", ".json")
_FIGURES = ("shifts", "needed", "uncovered_hours", "hours", "refused_requests", "requests", "employees")


def read(folder: Path) -> RosterFolder:
    """Read a roster folder; its faults are raised."""
    return read_roster_folder(folder)


def roster(given: RosterFolder, folder: Path, options: Options, threads: int, reuse: Reuse) -> Answer:
    """Find the cheapest roster, as `servopt roster` does.

    Parameters
    ----------
    reuse
        Not used: rosters have nothing costly in common.
    """
    limits = {"time_limit_s": options.time_limit_s, "gap": options.gap, "seed": options.seed, "threads": threads}
    answer = solve_folder(RosterOrder(folder), limits)
    if answer.solution.lines is None:
        status = STAGE_STATUS[answer.solution.status]
        reasons = [f"{one.employee}: {'; '.join(one.demands)}" for one in answer.solution.conflicts]
        return no_plan(status, reasons, "roster")
    result = roster_of(answer.case, answer.solution).result
    files = roster_files(answer.found, answer.solution.lines, result, case=answer.case, notes=answer.notes)
    record = json.loads(str(files["roster.json"]))
    figures: dict[str, Plain] = {
        "cost": result.objective,
        "bound": result.bound,
        "gap": result.gap,
        "gap_asked": limits_of(answer.found, limits).gap,
        **{name: record[name] for name in _FIGURES},
        **{f"pay_{name}" if name != "pay" else name: amount for name, amount in record["money"].items()},
    }
    return Answer(result.status, figures, {name: text for name, text in files.items() if name.endswith(KEPT)})
