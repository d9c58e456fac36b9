"""`servopt init` and `servopt check`: an example to start from, and everything that is wrong in a folder at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from rich.table import Table

    from models.mix.case import MixCase
    from models.roster.folder import RosterFolder
    from models.scenario import Scenario

Read = TypeVar("Read")
MOST_NOTES = 10


@click.command()
@click.argument("example", metavar="EXAMPLE", required=False)
@click.argument("folder", metavar="DIR", required=False, type=click.Path(path_type=Path))
@click.option("--list", "listing", is_flag=True, help="Only list the examples.")
def init(example: str | None, folder: Path | None, listing: bool) -> None:
    """Copy an EXAMPLE scenario into the new folder DIR.

    Nothing is overwritten: DIR must not exist yet, or be empty.
    """
    from models.examples import copy_example, example_title, list_examples

    if listing:
        for name in list_examples():
            click.echo(f"{name:8}  {example_title(name)}")
        return
    if example is None or folder is None:
        raise click.UsageError("give an EXAMPLE and a DIR, or --list to see the examples")
    try:
        names = copy_example(example, folder)
    except KeyError as problem:
        raise click.BadParameter(str(problem.args[0]), param_hint="EXAMPLE") from None
    except OSError as problem:
        raise click.BadParameter(problem.strerror or str(problem), param_hint="DIR") from None
    click.echo(f"{folder}: {', '.join(names)}")
    mix = f"; servopt mix {folder} --out {folder}-mix" if "mix.yaml" in names else ""
    plan = f"; servopt plan {folder} --out {folder}-plan" if "scenario.yaml" in names else ""
    roster = f"; servopt roster {folder} --out {folder}-roster" if "roster.yaml" in names else ""
    invest = f"; servopt invest {folder} --out {folder}-invest" if "invest.yaml" in names else ""
    rotation = f"; servopt rotate {folder} --out {folder}-rotation" if "rotation.yaml" in names else ""
    click.echo(f"next: servopt check {folder}{plan}{mix}{invest}{roster}{rotation}")


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def check(folder: Path) -> None:
    """List every fault of what stands in DIR, or summarise it when there is none.

    DIR may hold a scenario, a channel mix, an investment case, a roster or a rotation.

    A folder may be several of them, and all are checked. A fault is given as file:row:column with the value and what
    to do; the exit code is then 3.
    """
    from models.faults import Fault, InputFaults
    from models.investment.reading import is_investment, read_case
    from models.mix.reading import is_mix, read_mix
    from models.roster.available import beyond_reach
    from models.roster.reading import is_roster, read_roster_folder
    from models.rotation.reading import is_rotation, read_rotation
    from models.scenario import SETTINGS_FILE, read_scenario
    from models.skills import SKILLS_FILE, read_skills

    faults: list[Fault] = []

    def read(reader: Callable[[Path], Read]) -> Read | None:
        try:
            return reader(folder)
        except InputFaults as found:
            faults.extend(fault for fault in found.faults if fault not in faults)
            return None

    others = any(is_other(folder) for is_other in (is_mix, is_investment, is_roster, is_rotation))
    scenario = read(read_scenario) if (folder / SETTINGS_FILE).is_file() or not others else None
    if scenario is not None and (folder / SKILLS_FILE).is_file():
        read(lambda _: read_skills(scenario))
    case = read(read_mix) if is_mix(folder) else None
    funded = read(read_case) if is_investment(folder) else None
    roster = read(read_roster_folder) if is_roster(folder) else None
    rotation = read(read_rotation) if is_rotation(folder) else None
    if faults:
        raise InputFaults(faults)
    if scenario is not None:
        title = scenario.settings.name or str(folder)
        _show(f"{title}: {scenario.grid}", _summary(scenario), scenario.notes)
    if case is not None:
        title = f"{case.settings.name}: {len(case.periods)} periods, {case.periods[0]} to {case.periods[-1]}"
        _show(title, _mix_summary(case), case.notes)
    if funded is not None:
        initiatives = funded[0]
        from optimizer.report.portfolio import initiative_table

        years = initiatives.horizon.calendar_years
        _show(
            f"{initiatives.settings.name}: {years[0]} to {years[-1]}", initiative_table(initiatives), initiatives.notes
        )
    if roster is not None:
        last = roster.calendar.date(roster.calendar.days - 1)
        title = f"{roster.settings.name}: {len(roster.agents)} people, {roster.calendar.first_day} to {last}"
        beyond = beyond_reach(roster.case)
        more = (f"and {len(beyond) - MOST_NOTES:,} more such shifts",) if len(beyond) > MOST_NOTES else ()
        _show(title, _roster_summary(roster), (*roster.packs, *roster.notes, *beyond[:MOST_NOTES], *more))
    if rotation is not None:
        click.echo(f"{rotation[0].name}: a rotation of {rotation[0].weeks} weeks, {len(rotation[0].shifts)} shifts")
    click.secho("no faults", fg="green")


def _show(title: str, table: Table, notes: tuple[str, ...]) -> None:
    from rich.console import Console

    console = Console()
    console.print(title, markup=False, highlight=False, soft_wrap=True)
    console.print(table)
    for note in notes:
        console.print(f"note: {note}", markup=False, highlight=False, soft_wrap=True)


def _mix_summary(case: MixCase) -> Table:
    """One row for each channel: who serves it, how much it could take of all issues, and how much it takes today."""
    from rich.markup import escape
    from rich.table import Table

    from models.mix.summary import channel_summary

    table = Table()
    for name in ("channel", "kind"):
        table.add_column(name, no_wrap=True)
    for name in ("contact types", "could settle", "today", "min", "max"):
        table.add_column(name, justify="right")
    for row in channel_summary(case).to_dict("records"):
        today = "-" if row["today_share"] is None else f"{row['today_share']:.0%}"
        bounds = (f"{row['min_contacts']:,.0f}", "-" if row["max_contacts"] is None else f"{row['max_contacts']:,.0f}")
        cells = (f"{row['contact_types']} of {len(case.contact_types)}", f"{row['could_settle_share']:.0%}", today)
        table.add_row(escape(row["channel"]), row["kind"], *cells, *bounds)
    return table


def _roster_summary(found: RosterFolder) -> Table:
    """One row for each type of shift: when it is, how many people it needs, and who could work it."""
    from rich.markup import escape
    from rich.table import Table

    from models.roster.available import available
    from models.wallclock import format_time

    table = Table()
    table.add_column("shift", no_wrap=True)
    for name in ("start", "paid h", "people needed", "who may work it"):
        table.add_column(name, justify="right")
    able_of = available(found.case).any(axis=1).sum(axis=0).tolist()
    for shift, able in zip(found.case.shifts, able_of, strict=True):
        need = sum(one.need for one in found.case.cover if one.shift == shift.name and one.skill is None)
        start = "-" if shift.start_min is None else format_time(shift.start_min)
        table.add_row(escape(shift.name), start, f"{shift.length_min / 60:g}", f"{need:,}", f"{able:,}")
    return table


def _summary(scenario: Scenario) -> Table:
    """One row for each contact type: what it is, who serves it, and how much of it there was."""
    from rich.markup import escape
    from rich.table import Table

    table = Table()
    for name in ("pool", "contact type", "kind"):
        table.add_column(name, no_wrap=True)
    for name in ("AHT s", "history", "per week", "demand", "open h"):
        table.add_column(name, justify="right")
    for name, pool in scenario.pools.items():
        open_h = pool.open.sum() * scenario.grid.interval_min / 60
        for row in scenario.contact_types[scenario.contact_types["pool"] == name].itertuples():
            past, weekly, given = _volumes(scenario, str(row.contact_type))
            cells = (escape(name), escape(str(row.contact_type)), str(row.kind))
            aht_s = _planned_aht_s(scenario, str(row.contact_type), float(str(row.aht_s)))
            table.add_row(*cells, f"{aht_s:,.0f}", past, weekly, given, f"{open_h:,.1f}")
    return table


def _planned_aht_s(scenario: Scenario, contact_type: str, blank: float) -> float:
    """Handle time that planning uses: contact-weighted, of the demand, else of the history, else contact_types.csv."""
    series = scenario.history if scenario.demand is None else scenario.demand
    if series is None:
        return blank
    rows = series[(series["contact_type"] == contact_type) & series["aht_s"].notna() & (series["contacts"] > 0)]
    return float((rows["contacts"] * rows["aht_s"]).sum() / rows["contacts"].sum()) if len(rows) else blank


def _volumes(scenario: Scenario, contact_type: str) -> tuple[str, str, str]:
    """Contacts of the history, per week of it, and of the given demand, as text."""
    past, weekly, given = "-", "-", "-"
    if scenario.history is not None:
        rows = scenario.history[scenario.history["contact_type"] == contact_type]
        total = rows["contacts"].sum()
        span = (rows["start"].max() - rows["start"].min()).days + 1 if len(rows) else 1
        past, weekly = f"{total:,.0f}", f"{total / max(span / 7, 1):,.0f}"
    if scenario.demand is not None:
        given = f"{scenario.demand.loc[scenario.demand['contact_type'] == contact_type, 'contacts'].sum():,.0f}"
    return past, weekly, given
