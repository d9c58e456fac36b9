"""skills.csv of a scenario, every fault at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from models.csvtable import read_table
from models.faults import FaultLog
from models.hints import close_name
from models.skills.records import AgentGroup, Skills, group_of
from models.tables import CONTACT_TYPES, SKILLS

if TYPE_CHECKING:
    from models.scenario import Scenario

SKILLS_FILE = str(SKILLS.name)
TYPES_FILE = str(CONTACT_TYPES.name)


def read_skills(scenario: Scenario) -> Skills:
    """Read skills.csv of a scenario.

    Parameters
    ----------
    scenario : Scenario
        Its folder holds the file.

    Returns
    -------
    Skills
        Queues in the order of contact_types.csv, groups in that of their first rows.

    Raises
    ------
    InputFaults
        With every fault: no file, a contact type that the scenario does not have, the same skill twice, a contact type
        that nobody serves or that is not live, two different `heads` or wage factors of one group.
    """
    path, log = Path(scenario.folder) / SKILLS_FILE, FaultLog()
    if not path.exists():
        log.add(str(path), None, None, "", "is missing; add it (group, contact_type, ...), or leave --skills out")
    table = None if len(log) else read_table(path, SKILLS, log)
    if table is not None:
        _check(table, scenario, log)
    log.raise_if_any()
    if table is None:
        raise AssertionError("a file that cannot be read leaves a fault")
    queues = tuple(str(name) for name in scenario.contact_types["contact_type"])
    groups = [_group(scenario, str(name), rows) for name, rows in table.groupby("group", sort=False)]
    return Skills(queues, tuple(groups))


def _check(table: pd.DataFrame, scenario: Scenario, log: FaultLog) -> None:
    queues = [str(name) for name in scenario.contact_types["contact_type"]]
    kinds = dict(zip(queues, scenario.contact_types["kind"], strict=True))
    seen: dict[tuple[object, object], int] = {}
    for label, row in table.iterrows():
        line, group, name = int(str(label)), row["group"], row["contact_type"]
        if name is not None and name not in queues:
            close = close_name(str(name), queues)
            hint = f"did you mean {close}?" if close else f"it has {', '.join(queues)}"
            log.add(SKILLS_FILE, line, "contact_type", name, f"is not in {TYPES_FILE}; {hint}")
        if group is None or name is None:
            continue
        if (group, name) in seen:
            message = f"row {seen[group, name]} has this skill of group {group} already; keep one of them"
            log.add(SKILLS_FILE, line, "contact_type", name, message, kind="the same skill twice")
        seen.setdefault((group, name), line)
    for column in ("heads", "wage_factor"):
        for group, rows in table.dropna(subset=["group", column]).groupby("group", sort=False):
            for label, value in rows[column].iloc[1:].items():
                if value != rows[column].iloc[0]:
                    message = f"group {group!s} has {rows[column].iloc[0]:g} in row {rows.index[0]}; give one of them"
                    log.add(SKILLS_FILE, int(str(label)), column, f"{value:g}", message, kind=f"two of {column}")
    served = set(table["contact_type"].dropna())
    for name in queues:
        if name not in served:
            log.add(SKILLS_FILE, None, "contact_type", name, "no group serves it; add a row for it to some group")
        if kinds[name] != "live":
            message = f"is {kinds[name]}; only live contact types can be planned with skills. Leave --skills out"
            log.add(TYPES_FILE, None, "kind", name, message)


def _group(scenario: Scenario, name: str, rows: pd.DataFrame) -> AgentGroup:
    def first(column: str) -> float | None:
        known = rows[column].dropna()
        return float(known.iloc[0]) if len(known) else None

    priority = rows["priority"].fillna(1.0).to_numpy(dtype=np.int64).tolist()
    heads, factor = first("heads"), first("wage_factor")
    return group_of(
        scenario,
        name,
        dict(zip(rows["contact_type"], priority, strict=True)),
        None if heads is None else int(heads),
        1.0 if factor is None else factor,
    )
