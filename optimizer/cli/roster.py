"""`servopt roster`: who works which shift."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from models.remark import remark
from optimizer.cli.exits import INFEASIBLE, NO_PLAN
from optimizer.cli.solving import FiniteRange

if TYPE_CHECKING:
    from models.roster.answer import Roster
    from optimizer.roster.conflict import Conflict
    from optimizer.roster.engine import Progress, RosterSolution

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_ANY = click.Path(exists=True, path_type=Path)
INSTANCE_TIME_LIMIT_S = 60.0
MOST_CONFLICTS, MOST_NAMES = 5, 10
PACK_COLUMNS = 100
STOPPED = remark("Ctrl-C ended the search: this is the best roster until then")


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--instance",
    type=_FILE,
    help="In place of DIR: a case in the text format of the public shift-scheduling benchmark"
    " (schedulingbenchmarks.org/nrp).",
)
@click.option(
    "--schedule",
    type=_ANY,
    help="Cover the shifts of this schedule.csv (or the folder that holds it) in place of shifts.csv and cover.csv;"
    " people take its patterns with their breaks.",
)
@click.option("--from", "start", type=_ANY, help="Begin with this roster: roster.csv or the folder that holds it.")
@click.option("--few-changes", is_flag=True, help="With --from: each day that changes costs (change_price).")
@click.option(
    "--frozen-until",
    type=click.DateTime(["%Y-%m-%d"]),
    help="With --few-changes: last day that stays as published, YYYY-MM-DD.",
)
@click.option(
    "--near",
    type=click.IntRange(0),
    help="With --few-changes: at most so many people may change, those who help best; 0: everybody."
    "  [default: 16 where there are more than 120 people]",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Folder for the files of the roster; with --instance a file with employee, day, shift."
    "  [default: roster, roster.csv]",
)
@click.option(
    "--time-limit",
    "time_limit_s",
    type=FiniteRange(0, min_open=True),
    help="Seconds for the search.  [default: as roster.yaml says, 60 with --instance]",
)
@click.option(
    "--gap",
    type=FiniteRange(0, 1, max_open=True),
    help="Stop when proved this close to the optimum: 0.005 is 0.5 %.  [default: as roster.yaml says, 0]",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31 - 1),
    help="Same input and seed: same roster, unless time ends the search.  [default: as roster.yaml says, 1]",
)
@click.option("--threads", type=click.IntRange(1, 1024), help="Employees priced side by side.  [default: cores]")
@click.option(
    "--explain",
    is_flag=True,
    help="Search as long again for what it would cost to grant each refused request, and what would be saved without"
    " the price of each rule.",
)
@click.option("--packs", is_flag=True, help="List the packs of labour rules with their sources, and end.")
@click.option("--quiet", is_flag=True, help="Do not print better rosters as they are found.")
def roster(
    folder: Path | None,
    instance: Path | None,
    schedule: Path | None,
    start: Path | None,
    few_changes: bool,
    frozen_until: dt.datetime | None,
    near: int | None,
    out: Path | None,
    time_limit_s: float | None,
    gap: float | None,
    seed: int | None,
    threads: int | None,
    explain: bool,
    packs: bool,
    quiet: bool,
) -> None:
    """Find the legal roster for the people in DIR that costs least by their rules: who works which shift on which day.

    What it costs are the prices of soft rules, requests, cover, fairness and overtime; wages and premiums are added up
    afterwards and not minimised.

    DIR holds roster.yaml, agents.csv, contracts.csv and further tables (see data/README.md); `servopt init centre
    DIR` makes an example. Prints better rosters as they come, each with the bound that is proved so far, then what
    the roster costs and which soft rules that comes from. Ctrl-C ends the search and keeps the best roster so far.
    """
    if packs:
        _show_packs()
        return
    if (folder is None) == (instance is None):
        raise click.UsageError("give either DIR or --instance")
    if (few_changes or frozen_until is not None) and start is None:
        raise click.UsageError("--few-changes and --frozen-until need --from")
    if (frozen_until is not None or near is not None) and not few_changes:
        raise click.UsageError("--frozen-until and --near need --few-changes")
    progress = _silent if quiet else _show
    threads = threads or os.cpu_count() or 1
    if folder is not None:
        from optimizer.cli.roster_folder import answer_folder
        from optimizer.roster.folder import RosterOrder

        last = None if frozen_until is None else frozen_until.date()
        order = RosterOrder(folder, schedule, start, few_changes, last, near)
        given = {"time_limit_s": time_limit_s, "gap": gap, "seed": seed, "threads": threads}
        answer_folder(order, given, out or Path("roster"), progress, explain=explain)
        return
    if schedule is not None or few_changes or explain:
        raise click.UsageError("--schedule, --few-changes and --explain need DIR")
    _answer_instance(Path(str(instance)), start, out or Path("roster.csv"), time_limit_s, gap, seed, threads, progress)


def _answer_instance(
    instance: Path,
    start_file: Path | None,
    out: Path,
    time_limit_s: float | None,
    gap: float | None,
    seed: int | None,
    threads: int,
    progress: Callable[[Progress], None],
) -> None:
    begun = time.perf_counter()
    from models.files import write_csv
    from models.roster.answer import read_roster, roster_frame
    from models.roster.benchmark import read_benchmark
    from optimizer.roster.engine import RosterLimits, solve_roster
    from optimizer.roster.result import roster_of

    case = read_benchmark(instance)
    start = None if start_file is None else read_roster(start_file, case)
    left_s = max(0.0, (time_limit_s or INSTANCE_TIME_LIMIT_S) - (time.perf_counter() - begun))  # reading counts
    limits = RosterLimits(time_limit_s=left_s, gap=gap or 0.0, seed=1 if seed is None else seed, threads=threads)
    solution = solve_roster(case, limits, start=start, progress=progress)
    if solution.lines is None:
        end_without_roster(solution)
    found = roster_of(case, solution)
    write_csv(out, roster_frame(case, found.lines))
    result = found.result
    click.echo(
        f"{result.status}: cost {result.objective:,.10g}, {bound_words(solution.bound, solution.gap)}, "
        f"{result.seconds:.1f} s, {result.solver}, seed {result.seed}"
    )
    if solution.interrupted:
        click.echo(f"note: {STOPPED}")
    _show_costs(found)
    click.echo(f"written: {out}")


def bound_words(bound: float, gap: float) -> str:
    """Say how far a roster was proved."""
    return "no bound yet" if bound == float("-inf") else f"bound {bound:,.10g}, gap {gap:.3%}"


def _show(progress: Progress) -> None:
    click.echo(
        f"{progress.seconds:7.1f} s  cost {progress.cost:,.10g}, {bound_words(progress.bound, progress.gap)}", err=True
    )


def _silent(_: Progress) -> None:
    pass


def _show_costs(found: Roster) -> None:
    """Print what each soft rule costs in the roster."""
    from models.roster.check import check

    costs = check(found.case, found.lines).cost_by_rule()
    for rule, cost in sorted(costs.items(), key=lambda one: -one[1]):
        click.echo(f"  {rule}: {cost:,.10g}")


def end_without_roster(solution: RosterSolution) -> NoReturn:
    """Say whose demands exclude each other and what would help; end with the exit code of it."""
    from optimizer.solve import Status

    if solution.conflicts:
        click.echo("There is no roster that keeps every hard rule:", err=True)
    for conflict in solution.conflicts[:MOST_CONFLICTS]:
        _show_conflict(conflict)
    if len(solution.conflicts) > MOST_CONFLICTS:
        names = ", ".join(one.employee for one in solution.conflicts[MOST_CONFLICTS:])
        click.echo(f"Nor has any of these people a legal line of work: {names}", err=True)
    if solution.unsettled:
        names = ", ".join(solution.unsettled)
        click.echo(f"No legal line of work was found, nor that there is none, for: {names}", err=True)
    raise SystemExit(INFEASIBLE if solution.status is Status.INFEASIBLE else NO_PLAN)


def _show_conflict(conflict: Conflict) -> None:
    proof = "a set that is small, not proved the smallest"
    if conflict.is_smallest:
        proof = "the smallest such set"
    elif conflict.is_irreducible:
        proof = "none of them can be left out; not proved the smallest such set"
    if not conflict.demands:
        click.echo(f"{conflict.employee} has no legal line of work; there was no time to say why.", err=True)
        return
    click.echo(f"{conflict.employee} has no legal line of work. These cannot be kept together ({proof}):", err=True)
    for words in conflict.demands:
        click.echo(f"  - {words}", err=True)
    if conflict.by_history:
        click.echo("  after what was worked before the first day (history.csv)", err=True)
    if conflict.others:
        count = len(conflict.others)
        more = f" and {count - MOST_NAMES} others" if count > MOST_NAMES else ""
        names = ", ".join(conflict.others[:MOST_NAMES])
        click.echo(f"The same rules exclude each other for {names}{more}.", err=True)
    if conflict.ways_out:
        click.echo("Each of these alone would help, everything else kept:", err=True)
    for words in conflict.ways_out:
        click.echo(f"  - {words}", err=True)
    if conflict.breaches:
        click.echo("No one of them alone would help. The nearest line of work breaks:", err=True)
    for words in conflict.breaches:
        click.echo(f"  - {words}", err=True)


def _show_packs() -> None:
    from models.roster.packs import pack_names, read_pack

    for name in pack_names():
        pack = read_pack(name)
        click.echo(f"{name}: {pack.title} ({pack.label})")
        for rule in pack.rules:
            bounds = [f"{word} {value:g}" for word, value in (("least", rule.least), ("most", rule.most)) if value]
            each = f" over {rule.average_over_weeks} weeks" if rule.average_over_weeks else f" each {rule.each}"
            each = "" if rule.each == "horizon" and not rule.average_over_weeks else each
            click.echo(f"  rule {rule.name}: {rule.counts} {', '.join(bounds)}{each} [{rule.source}]")
        for tier in pack.overtime:
            click.echo(f"  overtime above {tier.after_hours:g} h a {tier.each}: {tier.percent:g} % more")
        if pack.holiday_percent:
            click.echo(f"  holidays: {pack.holiday_percent:g} % more")
        for text in (*(f"source: {source}" for source in pack.sources), *(f"note: {note}" for note in pack.notes)):
            click.echo(click.wrap_text(text, PACK_COLUMNS, "  ", "    "))
