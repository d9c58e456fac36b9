"""The inputs that a plan was made from, kept in its folder: what verifies or simulates it needs nothing else.

``scenario/`` in a plan's folder is itself a scenario: the settings and tables as they were read, and instead of the
history the demand that was planned for, as demand.csv. Planning it again needs no forecast and gives the same
requirement to rounding.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from models.faults import Fault, InputFaults
from models.files import csv_text

if TYPE_CHECKING:
    from models.scenario import Scenario

INPUTS_FOLDER = "scenario"
DEMAND_FILE, TYPES_FILE = "demand.csv", "contact_types.csv"
COPIED_FILES = ("scenario.yaml", "pools.csv", "baseline.csv", "skills.csv")
"""Files of a scenario that are kept byte by byte, where they exist."""


def kept_inputs(scenario: Scenario) -> dict[str, bytes]:
    """Gather the files of a scenario that a plan keeps.

    Parameters
    ----------
    scenario : Scenario
        As it was read.

    Returns
    -------
    dict of str to bytes
        Name to content: contact_types.csv with its defaults filled, since the handle times may come from the history,
        which is not kept; and of `COPIED_FILES` those that exist.
    """
    types = scenario.contact_types.assign(patience_s=scenario.contact_types["patience_s"].replace(np.inf, np.nan))
    found = [name for name in COPIED_FILES if (scenario.folder / name).is_file()]
    copies = {name: (scenario.folder / name).read_bytes() for name in found}
    return {TYPES_FILE: csv_text(types).encode("utf-8"), **copies}


def inputs_folder(kept: Mapping[str, bytes], demand: str) -> dict[str, str | bytes]:
    """Lay out the folder of a plan's inputs: path below the plan's folder to content.

    Parameters
    ----------
    kept : mapping of str to bytes
        `kept_inputs`.
    demand : str
        forecast.csv of the plan, whose columns are those of demand.csv and more.
    """
    files: dict[str, str | bytes] = {**kept, DEMAND_FILE: demand}
    return {f"{INPUTS_FOLDER}/{name}": content for name, content in files.items()}


def require_free_inputs(out: str | Path, scenario_folder: str | Path) -> None:
    """Refuse a plan's folder in which the copy of the inputs would replace files of the user.

    Parameters
    ----------
    out : str or Path
        Where the plan is to be written; may not exist yet.
    scenario_folder : str or Path
        The scenario that is planned.

    Raises
    ------
    InputFaults
        If ``out/scenario`` is the scenario itself, or holds a file that no plan writes there.
    """
    place = Path(out) / INPUTS_FOLDER
    if not place.exists():
        return
    what = "the plan keeps a copy of its inputs there"
    if place.resolve() == Path(scenario_folder).resolve():
        raise InputFaults(
            [Fault(str(place), None, None, "", f"is the scenario itself, and {what}; give another --out")]
        )
    ours = {*COPIED_FILES, DEMAND_FILE, TYPES_FILE}
    others = sorted(entry.name for entry in place.iterdir()) if place.is_dir() else [place.name]
    if found := [name for name in others if name not in ours]:
        message = f"holds {found[0]}, which no plan has written, and {what}; give another --out or move it"
        raise InputFaults([Fault(str(place), None, None, "", message)])
