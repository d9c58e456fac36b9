"""`servopt simulate FOLDER` of a schedule of agent groups: service of every queue, and the promises that it keeps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import RenderableType

    from models.simulation import SimulationCase
    from models.simulation.plan_case import Behaviour
    from models.skills import WrittenSkills
    from optimizer.skills.promises import Day
    from optimizer.skills.simulated import Served

WORST = 5


def simulate_skills(
    folder: Path, out: Path, behaviour: Behaviour, *, days: int, seed: int, threads: int | None, actuals: Path | None,
    scenario_folder: Path | None, quiet: bool,
) -> None:  # fmt: skip
    """Simulate a schedule of agent groups, and write simulation.json, service.csv and coverage.csv.

    Parameters
    ----------
    folder : of `servopt schedule DIR --skills --out FOLDER`
    days : replications
    actuals : what really came: the days on which anything came are held against their targets
    """
    import numpy as np
    from rich.console import Console

    from models.files import csv_text, write_together
    from models.simulation import warm_up
    from models.simulation.aside import is_compiled
    from models.simulation.plan_case import behaving
    from models.skills import read_written_skills
    from optimizer.skills.promises import days_of
    from optimizer.skills.simulated import Simulator
    from optimizer.skills.tables import coverage_table, service_table

    console = Console(highlight=False)
    written = read_written_skills(folder, scenario_folder)
    case = behaving(written.case, behaviour)
    if actuals is not None:
        case = _replayed(written, case, actuals)
    with console.status("compiling the simulation (once on this machine, about half a minute)") as status:
        if not is_compiled():
            warm_up()
        status.update(f"simulating each day {days} times")
        simulator = Simulator(written.scenario, case.queues, written.skills, days, seed, threads)
        served = simulator.serve(case)
    promises = days_of(written.scenario, written.queues, written.skills)
    if actuals is None:
        missed = [day for day in promises if day.shortfall(served) > 0]
    else:
        # what came is what it is: a floor, which allows for chance, is not judged, nor days on which nothing came
        promises = [replace(day, floor=0.0) for day in promises if _came(day, served)]
        missed = [day for day in promises if day.level(served)[0] < day.target]
    heads = _heads(written, np.arange(len(written.scenario.grid)) * case.interval_s)
    tables = {
        "service.csv": service_table(served, simulator),
        "coverage.csv": coverage_table(served, simulator, heads),
    }
    content = _content(folder, actuals, written, served, promises, missed)
    write_together(out, {**{name: csv_text(table) for name, table in tables.items()}, "simulation.json": content})
    if not quiet:
        console.print(_summary(written, served, tables["service.csv"], promises, missed))
        click.echo(f"written: {out}/")


def _came(day: Day, served: Served) -> bool:
    return float(served.counted[day.intervals][:, list(day.queues)].sum()) > 0


def _replayed(written: WrittenSkills, case: SimulationCase, actuals: Path) -> SimulationCase:
    from models.simulation.actuals import replay

    found = replay(case, written.scenario, actuals)
    for note in found.notes:
        click.echo(f"note: {note}", err=True)
    return found.case


def _heads(written: WrittenSkills, starts_s: Any) -> Any:
    """People of each group on duty when an interval begins, (G, T)."""
    import numpy as np

    staff = written.people
    heads = np.zeros((len(written.skills.groups), len(starts_s)))
    for group, start, end in zip(staff.group, staff.start_s, staff.end_s, strict=True):
        heads[group] += (starts_s >= start) & (starts_s < end)
    begins, lengths = staff.break_start_s, staff.break_length_s
    for person, start, length in zip(staff.break_person, begins, lengths, strict=True):
        heads[staff.group[person]] -= (starts_s >= start) & (starts_s < start + length)
    return heads


def _content(
    folder: Path, actuals: Path | None, written: WrittenSkills, served: Served, promises: list[Day], missed: list[Day]
) -> str:
    import models
    from models.jsonfile import json_text

    result = served.result
    return json_text({
        "servopt": models.__version__, "plan": str(folder), "actuals": None if actuals is None else str(actuals),
        "replications": result.replications, "seed": result.seed, "seconds": result.seconds,
        "contacts": result.contacts, "handle_times": result.case.handle, "day_cv": result.case.day_cv,
        "absences": result.case.absences, "definition": served.definition, "promises": len(promises),
        "missed": [
            {"contact_types": day.name, "date": written.scenario.grid.dates[day.day],
             "service_level": day.level(served)[0], "target": day.target}
            for day in missed
        ],
    })  # fmt: skip


def _summary(
    written: WrittenSkills, served: Served, service: pd.DataFrame, promises: list[Day], missed: list[Day]
) -> RenderableType:
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    from models.words import percent
    from optimizer.report.words import number, share
    from optimizer.skills.words import missed_words

    result = served.result
    lines = [f"Each day {number(result.replications)} times, {number(result.contacts)} contacts in"
             f" {number(result.seconds, 1)} s."]  # fmt: skip
    if promises:
        kept = len(promises) - len(missed)
        lines.append(f"{number(kept)} of {number(len(promises))} promises (queues by day) are kept.")
    more = len(missed) - WORST
    for day in sorted(missed, key=lambda day: day.level(served)[0] - day.target)[:WORST]:
        date = written.scenario.grid.dates[day.day]
        words = missed_words(day, served, written.scenario, written.queues.names)
        lines.append(f"  missed: {day.name} on {date:%Y-%m-%d}: {words}")
    if more > 0:
        lines.append(f"  and {number(more)} more (simulation.json)")
    table = Table(box=None, padding=(0, 1, 0, 0))
    table.add_column("Queue", style="bold")
    for name in ("Contacts", "Simulated", "±", "Target", "Abandon", "Answered after"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in service[service["date"] == "all"].to_dict("records"):
        table.add_row(
            Text(str(row["contact_type"])), number(row["contacts"]), share(row["service_level"]),
            share(row["half_width"]), percent(row["target"], " %"), share(row["abandonment"]),
            f"{number(row['asa_s'], 1)} s",
        )  # fmt: skip
    return Group(*(Text(line) for line in lines), table)
