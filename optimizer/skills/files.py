"""A schedule of agent groups as a folder: its tables, its record, and the scenario that it was made for."""

from __future__ import annotations

from typing import Any

import pandas as pd

import models
from models.files import csv_text
from models.jsonfile import json_text
from models.plan_inputs import inputs_folder, kept_inputs
from models.skills import SKILLS_RECORD
from optimizer.skills.parts import SOLVER
from optimizer.skills.schedule import SkillsSchedule
from optimizer.skills.tables import coverage_table, schedule_table, service_table
from optimizer.skills.value import training_values


def skills_tables(answer: SkillsSchedule) -> dict[str, pd.DataFrame]:
    """Return the tables of a schedule: schedule, service, coverage, training."""
    assert answer.served is not None  # noqa: S101 - there is a schedule
    return {
        "schedule": schedule_table(answer),
        "service": service_table(answer.served, answer.simulator),
        "coverage": coverage_table(answer.served, answer.simulator, answer.heads),
        "training": training_values(answer),
    }


def skills_files(
    answer: SkillsSchedule, tables: dict[str, pd.DataFrame], demand: pd.DataFrame
) -> dict[str, str | bytes]:
    """Write a schedule of agent groups as text.

    Parameters
    ----------
    tables : `skills_tables`
    demand : contacts by interval and contact type that it was made for

    Returns
    -------
    dict of str to str or bytes
        Path in the folder to content: the tables, skills.json, and scenario/ (`models.plan_inputs`), which
        `servopt verify` and `servopt simulate` read.
    """
    return {
        **inputs_folder(kept_inputs(answer.simulator.scenario), csv_text(demand)),
        **{f"{name}.csv": csv_text(table) for name, table in tables.items()},
        SKILLS_RECORD: json_text(_record(answer)),
    }


def _record(answer: SkillsSchedule) -> dict[str, Any]:
    assert answer.served is not None  # noqa: S101 - there is a schedule
    scenario, missed = answer.simulator.scenario, {day.key for day in answer.short}
    return {
        "servopt": models.__version__,
        "about": {
            "name": scenario.settings.name, "currency": scenario.settings.currency,
            "time_zone": scenario.grid.time_zone, "first_date": scenario.grid.first_date, "days": scenario.grid.days,
            "interval_min": scenario.grid.interval_min,
        },
        "result": {
            "status": str(answer.status), "cost": answer.cost, "bound": answer.bound, "gap": answer.gap,
            "seconds": answer.seconds, "solver": SOLVER, "seed": answer.seed, "rounds": answer.rounds,
        },
        "simulated": {"replications": answer.served.result.replications, "seed": answer.served.result.seed},
        "promises": [
            {
                "contact_types": [answer.simulator.queues.names[queue] for queue in day.queues],
                "date": scenario.grid.dates[day.day], "target": day.target, "floor": day.floor,
                "service_level": day.level(answer.served)[0], "half_width": day.level(answer.served)[1],
                "judged": "over all days" if day.is_small else "on its day", "kept": day.key not in missed,
            }
            for day in answer.days
        ],
    }  # fmt: skip
