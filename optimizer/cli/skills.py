"""`servopt schedule DIR --skills`: agent groups instead of pools, judged by simulation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from optimizer.cli.exits import INFEASIBLE, NO_PLAN
from optimizer.cli.solving import Interrupts

if TYPE_CHECKING:
    import pandas as pd

    from models.scenario import Scenario
    from models.skills import Skills
    from optimizer.shifts.engine import Limits
    from optimizer.skills.schedule import SkillsSchedule
    from optimizer.skills.value import Organisation

DAYS_OF_A_WEEK = 7
MOST_SHOWN = 12
SECONDS_OF_A_WEEK, SECONDS = 300.0, 600.0
"""Time limits of up to a week and of more, where none is given: the settings' is for formulas, without simulations."""


def schedule_with_skills(
    folder: Path, out: Path, *, gap: float | None, time_limit_s: float | None, seed: int | None, threads: int | None,
    replications: int | None, compare: bool,
) -> None:  # fmt: skip
    """Schedule agent groups, and write the schedule with what simulation says of it.

    Parameters
    ----------
    out : a folder, that `servopt simulate` and `servopt verify` read; or the schedule's own file, ending in .csv:
        then service.csv, coverage.csv and training.csv are written beside it, with its name before theirs
    compare : whether to schedule each pool and each queue for itself too
    """
    from models.files import csv_text, write_together
    from models.forecast import forecast
    from models.plan_inputs import require_free_inputs
    from models.scenario import read_scenario
    from models.skills import read_skills
    from optimizer.pipeline import scenario_limits
    from optimizer.skills.files import skills_files, skills_tables
    from optimizer.skills.schedule import schedule_skills

    alone = out.suffix == ".csv"
    if not alone:
        require_free_inputs(out, folder)
    scenario = read_scenario(folder)
    skills = read_skills(scenario)
    demand = forecast(scenario).demand
    usual = SECONDS_OF_A_WEEK if scenario.grid.days <= DAYS_OF_A_WEEK else SECONDS
    limits = scenario_limits(scenario, gap=gap, time_limit_s=time_limit_s or usual, seed=seed, threads=threads)
    with Interrupts(patient=True) as interrupts:
        answer = schedule_skills(
            scenario, demand, skills, limits, replications=replications, say=lambda line: click.echo(line, err=True),
            asked=lambda: interrupts.pressed,
        )  # fmt: skip
    if interrupts.pressed:
        click.echo("Ended by Ctrl-C: this is the best schedule so far.", err=True)
        compare = False
    _end_if_none(answer)
    tables = skills_tables(answer)
    _say(answer, scenario, tables)
    if alone:
        names = {name: out.name if name == "schedule" else f"{out.stem}_{name}.csv" for name in tables}
        write_together(out.parent, {names[name]: csv_text(table) for name, table in tables.items()})
        click.echo(f"written: {out}, and beside it {', '.join(names[name] for name in tables if name != 'schedule')}")
    else:
        write_together(out, skills_files(answer, tables, demand))
        click.echo(f"written: {out}/")
    if compare:
        place = out.with_name(f"{out.stem}_organisations.csv") if alone else out / "organisations.csv"
        _compare(answer, scenario, demand, limits, replications, place)
    if answer.short:
        click.get_current_context().exit(NO_PLAN)


def _end_if_none(answer: SkillsSchedule) -> None:
    from optimizer.skills.lacking import lacking

    context = click.get_current_context()
    if answer.served is not None:
        return
    if str(answer.status) == "infeasible":
        click.echo("No schedule gives these queues the agents that they need:", err=True)
        for line in lacking(answer.master)[:MOST_SHOWN]:
            click.echo(f"  - {line}", err=True)
        context.exit(INFEASIBLE)
    click.echo("No schedule was found within the time limit: raise --time-limit.", err=True)
    context.exit(NO_PLAN)


def _say(answer: SkillsSchedule, scenario: Scenario, tables: dict[str, pd.DataFrame]) -> None:
    from optimizer.skills.words import missed_words

    assert answer.served is not None  # noqa: S101 - there is a schedule
    currency = scenario.settings.currency
    shifts = sum(one.count for one in answer.found.chosen)
    click.echo(
        f"{'every promise is kept in simulation' if not answer.short else 'some promises are missed'}: cost"
        f" {answer.cost:,.2f} {currency}, {shifts:,} shifts, {answer.rounds} rounds, {answer.seconds:.0f} s,"
        f" seed {answer.seed}"
    )
    click.echo(
        f"no schedule costs less than {answer.bound:,.2f} (gap {answer.gap:.1%}), as long as agents of a set of queues"
        " can at best serve them as one team that takes the longest waiting contact first"
    )
    for day in answer.short[:MOST_SHOWN]:
        date = scenario.grid.dates[day.day]
        words = missed_words(day, answer.served, scenario, answer.simulator.queues.names)
        click.echo(f"  missed: {day.name} on {date:%Y-%m-%d}: {words}", err=True)
    service = tables["service"]
    click.echo("simulated service, over all days (half-width at 95 %):")
    for row in service[service["date"] == "all"].to_dict("records"):
        click.echo(
            f"  {row['contact_type']}: {row['service_level']:.1%} ± {row['half_width']:.1%}"
            f" (target {row['target']:.0%}), {row['abandonment']:.1%} give up"
        )
    training = tables["training"]
    if len(training):
        click.echo(_training_words(training.iloc[0], currency))


def _training_words(best: pd.Series[Any], currency: str) -> str:
    """Say what the best training of one agent is worth, as far as the schedule and the wages of groups tell."""
    if best["net_per_shift"] <= 0:
        return "no training of one agent is worth more than the higher wage of the group that the agent would join"
    return (
        f"one agent of {best['from_group']} who learns {best['skills']} (then {best['to_group']}) is worth at most"
        f" {best['net_per_agent_week']:,.0f} {currency} per agent and week of {best['shifts_a_week']} shifts, after"
        f" {best['wage_change_per_shift']:,.2f} {currency} a shift of change of wage (by duals, not by another search)"
    )


def _compare(
    answer: SkillsSchedule,
    scenario: Scenario,
    demand: pd.DataFrame,
    limits: Limits,
    replications: int | None,
    out: Path,
) -> None:
    """Schedule the same demand organised otherwise, print what it costs, and write it."""
    import dataclasses

    import pandas as pd

    from models.files import write_csv
    from models.skills import everybody_serves_all, one_group_a_pool, one_group_a_queue
    from models.words import percent
    from optimizer.skills.schedule import schedule_skills
    from optimizer.skills.value import organisation

    queues, pools = one_group_a_queue(scenario), one_group_a_pool(scenario)
    ways: dict[str, Skills] = {
        "each queue for itself": queues,
        "everybody serves everything": everybody_serves_all(scenario),
    }
    if len(pools.groups) < len(queues.groups):
        ways["each pool for itself"] = pools
    found: list[Organisation] = [organisation("skills.csv", answer)]
    for name, skills in ways.items():
        other = schedule_skills(scenario, demand, skills, limits, replications=replications)
        if other.served is not None:
            found.append(organisation(name, other))
    click.echo("organised otherwise, by the same simulation:")
    for one in found:
        change = one.cost / answer.cost - 1
        click.echo(
            f"  {one.name}: {one.cost:,.0f} ({change:+.1%}), {one.shifts:,} shifts, {one.kept} of {one.promises}"
            f" promises kept; lowest {one.worst_queue}, {one.worst_level:.1%} for {percent(one.worst_target)}; at most"
            f" {one.wage_per_hour:,.2f} an hour"
        )
    write_csv(out, pd.DataFrame([dataclasses.asdict(one) for one in found]))
    click.echo(f"written: {out}")
