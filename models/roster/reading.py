"""Reading a roster folder: roster.yaml and CSV tables, checked as a whole, every fault at once."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import ValidationError

from models.csvtable import read_table
from models.faults import FaultLog
from models.roster import tables
from models.roster.assembly import assemble
from models.roster.case import OFF, Lines
from models.roster.folder import RosterFolder
from models.roster.inputs import RosterTables
from models.roster.settings import RosterSettings
from models.roster.worked import read_published
from models.section_file import read_section
from models.yamlfile import YamlFile

SETTINGS_FILE, PUBLISHED_FILE = "roster.yaml", "published.csv"


def is_roster(folder: str | Path) -> bool:
    """Say whether a folder holds a roster: whether there is a roster.yaml."""
    return (Path(folder) / SETTINGS_FILE).is_file()


def read_roster_folder(folder: str | Path, schedule: Path | None = None, published: Path | None = None) -> RosterFolder:
    """Read a folder with a roster and check it as a whole.

    Parameters
    ----------
    folder : str or Path
        Holds roster.yaml, agents.csv, contracts.csv and other tables of `models.roster.tables`.
    schedule : Path, optional
        schedule.csv of servopt, or the folder that holds it: its shifts are then covered, and shifts.csv and cover.csv
        are not looked at.
    published : Path, optional
        The roster that people have, as roster.csv, where this one repairs it: leave on its shifts credits these. By
        default published.csv of the folder, where there is one.

    Returns
    -------
    RosterFolder

    Raises
    ------
    InputFaults
        With all faults of all files at once.
    """
    place, log = Path(folder), FaultLog()
    if not place.is_dir():
        log.add(str(folder), None, None, "", "is no folder; `servopt init centre DIR` makes an example of a roster")
        log.raise_if_any()
    settings, source = read_section(place / SETTINGS_FILE, RosterSettings, log)
    if settings is None and source is not None:
        settings = _salvaged(source)
    frames: dict[str, pd.DataFrame] = {}
    instead = {"shifts.csv", "cover.csv"} if schedule is not None else set()
    for schema in tables.TABLES:
        name = str(schema.name)
        wanted = schema in tables.REQUIRED or (schedule is None and schema in (tables.SHIFTS, tables.COVER))
        if name not in instead and (wanted or (place / name).exists()):
            frame = read_table(place / name, schema, log)
            if frame is not None:
                frames[name.removesuffix(".csv")] = frame
    if settings is None:
        log.raise_if_any()
        raise AssertionError("settings that cannot be read leave a fault")
    file = None if schedule is None else schedule / "schedule.csv" if schedule.is_dir() else schedule
    given = RosterTables(settings, source, frames)
    found = _assembled(given, file, log)
    if published is None and (place / PUBLISHED_FILE).is_file():
        published = place / PUBLISHED_FILE
    if published is None:
        return found
    rostered = _rostered_on_leave(found, read_published(published, found)[0])
    return _assembled(replace(given, rostered=rostered), file, log) if rostered else found


def _assembled(given: RosterTables, schedule: Path | None, log: FaultLog) -> RosterFolder:
    found = assemble(given, schedule, log)
    log.raise_if_any()
    if found is None:
        raise AssertionError("a roster that cannot be put together leaves a fault")
    return found


def _rostered_on_leave(found: RosterFolder, published: Lines) -> dict[str, dict[int, tuple[float, str]]]:
    """Minutes and type of the shifts that people have in a published roster on days of leave, by employee and day."""
    shifts = found.case.shifts
    rostered = {
        agent.name: {
            day: (float(shifts[published[place, day]].length_min), shifts[published[place, day]].name)
            for day in sorted(agent.away - agent.outside)
            if published[place, day] != OFF
        }
        for place, agent in enumerate(found.agents)
    }
    return {name: days for name, days in rostered.items() if days}


_STAND_INS: dict[str, Any] = {
    "name": "roster", "first_day": "2026-01-05", "time_zone": "UTC", "pay": {"wage_per_hour": 1}
}  # fmt: skip


def _salvaged(source: YamlFile) -> RosterSettings | None:
    """Settings in which what is at fault has a stand-in, so that the tables are looked at in the same run.

    A rule or a fairness at fault stays by its name and place: tables name it, and lines are told by place.
    """
    data: dict[str, Any] = copy.deepcopy({str(key): value for key, value in source.data.items()})
    for _ in range(len(data) + sum(len(data[key]) for key in ("rules", "fairness") if isinstance(data.get(key), list))):
        try:
            return RosterSettings.model_validate(data)
        except ValidationError as problem:
            for error in problem.errors(include_url=False):
                path = error["loc"]
                key = str(path[0]) if path else ""
                if len(path) > 1 and key in ("rules", "fairness") and isinstance(path[1], int):
                    data[key][path[1]] = _stand_in(data[key][path[1]], key)
                    continue
                data.pop(key, None)
                if key in _STAND_INS:
                    data[key] = _STAND_INS[key]
    return None


def _stand_in(entry: Any, section: str) -> dict[str, Any]:
    """Return an entry of the same name that binds nobody."""
    known = entry if isinstance(entry, dict) else {}
    name = known.get("name")
    standing: dict[str, Any] = {"name": name if isinstance(name, str) and name else "at fault", "counts": "hours"}
    if section == "rules":
        standing["most"] = 10_000
        if "average_over_weeks" in known:
            standing["average_over_weeks"] = 1
    return standing
