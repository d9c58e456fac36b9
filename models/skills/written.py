"""A written schedule of agent groups, read back for simulation."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from models.faults import Fault, InputFaults
from models.plan_inputs import DEMAND_FILE, INPUTS_FOLDER
from models.planfiles import SCHEDULE_FILE, read_group_schedule
from models.scenario import SETTINGS_FILE, Scenario, read_scenario
from models.simulation import People, Queues, SimulationCase
from models.simulation.plan_case import people_of_schedule
from models.simulation.plan_folder import read_demand
from models.skills.case import queues_of, skills_case
from models.skills.reading import SKILLS_FILE, read_skills
from models.skills.records import Skills

SKILLS_RECORD = "skills.json"
"""The file that shows that a folder holds a schedule of agent groups."""


@dataclass(frozen=True)
class WrittenSkills:
    """scenario, skills : what it was made for. queues : the demand of it. people : who works when."""

    scenario: Scenario
    skills: Skills
    queues: Queues
    people: People

    @property
    def case(self) -> SimulationCase:
        """What is simulated of it."""
        return skills_case(self.scenario, self.queues, self.skills, self.people)


def read_written_skills(folder: str | Path, scenario_folder: str | Path | None = None) -> WrittenSkills:
    """Read the folder of `servopt schedule DIR --skills --out FOLDER`.

    Parameters
    ----------
    folder : str or Path
    scenario_folder : str or Path, optional
        Scenario to read instead of the copy that the folder keeps; with demand.csv, or the demand of the copy is used.

    Raises
    ------
    InputFaults
        A file is missing or faulty, or a shift belongs to no group of skills.csv.
    """
    place = Path(folder)
    own = place / INPUTS_FOLDER
    needed = [place / SCHEDULE_FILE, *(own / name for name in (SETTINGS_FILE, SKILLS_FILE, DEMAND_FILE))]
    if missing := [path for path in needed if not path.is_file()]:
        message = "is missing; `servopt schedule DIR --skills --out FOLDER` writes it"
        raise InputFaults([Fault(str(path), None, None, "", message) for path in missing])
    scenario = read_scenario(own if scenario_folder is None else scenario_folder)
    skills = read_skills(scenario)
    try:
        rows = read_group_schedule(place / SCHEDULE_FILE)
    except ValueError as problem:
        message = f"is not as it was written: {problem}; schedule again"
        raise InputFaults([Fault(str(place / SCHEDULE_FILE), None, None, "", message)]) from problem
    unknown = [name for name in dict.fromkeys(rows["group"]) if name not in skills.names]
    if unknown:
        message = f"is no group of {SKILLS_FILE} in {scenario.folder}"
        raise InputFaults([Fault(str(place / SCHEDULE_FILE), None, "group", str(name), message) for name in unknown])
    staff = people_of_schedule(
        rows.rename(columns={"group": "pool"}), scenario.grid, skills.names,
        wrap=scenario.settings.horizon_edges == "cyclic",
    )  # fmt: skip
    demand = read_demand(own / DEMAND_FILE, scenario) if scenario.demand is None else scenario.demand
    return WrittenSkills(scenario, skills, queues_of(scenario, demand), staff)
