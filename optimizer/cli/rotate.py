"""`servopt rotate`: a cyclic rotation that everybody works through, one week further each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from optimizer.cli.exits import INFEASIBLE, NO_PLAN
from optimizer.cli.solving import FiniteRange, require_zone

if TYPE_CHECKING:
    import datetime as dt

    from models.rotation.records import RotationCase
    from optimizer.rotate.engine import RotationSolution

TIME_LIMIT_S = 60.0


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--instance",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="In place of DIR: a case in the text format of the public benchmark of rotating workforce scheduling.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("rotation"),
    show_default=True,
    help="Folder for rotation.csv and rotation.json; with --first-day also roster.csv and calendars/.",
)
@click.option(
    "--first-day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="A Monday: everybody's dates for one turn of the rotation, as a roster and as calendars.",
)
@click.option("--time-zone", default="UTC", show_default=True, help="Of those dates, such as Europe/Amsterdam.")
@click.option(
    "--people",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="With --first-day: a CSV file with the column employee, as many names as weeks.",
)
@click.option(
    "--time-limit",
    "time_limit_s",
    type=FiniteRange(0, min_open=True),
    help="Seconds for the search.  [default: as rotation.yaml says, 60 with --instance]",
)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), help="Same input and seed: same rotation.")
def rotate(
    folder: Path | None,
    instance: Path | None,
    out: Path,
    first_day: dt.datetime | None,
    time_zone: str,
    people: Path | None,
    time_limit_s: float | None,
    seed: int | None,
) -> None:
    """Find the rotation of the shifts in DIR, or prove that there is none and say what would help.

    DIR holds rotation.yaml and shifts.csv; `servopt init rotation DIR` makes an example. The rotation has as many weeks
    as people: each begins in another week, and goes on to the next one every Monday, from the last to the first. With
    --first-day the weeks become dates: who works what, when, in files that `servopt verify` and calendars read.
    """
    if (folder is None) == (instance is None):
        raise click.UsageError("give either DIR or --instance")
    if people is not None and first_day is None:
        raise click.UsageError("--people names who works which dates: give --first-day too")
    if first_day is not None and first_day.weekday() != 0:
        raise click.BadParameter(f"{first_day:%Y-%m-%d} is no Monday", param_hint="--first-day")
    require_zone(time_zone)
    from models.rotation.dated import first_names, read_people
    from models.rotation.reading import read_rotation, read_rotation_benchmark
    from optimizer.rotate.engine import solve_rotation

    if folder is not None:
        case, settings = read_rotation(folder)
        time_limit_s = time_limit_s or settings.time_limit_s
        seed = settings.seed if seed is None else seed
    else:
        case = read_rotation_benchmark(Path(str(instance)))
    names = first_names(case) if people is None else read_people(people, case)
    solution = solve_rotation(case, time_limit_s or TIME_LIMIT_S, 1 if seed is None else seed)
    if solution.line is None:
        _end_without(case, solution, time_limit_s or TIME_LIMIT_S)
        return
    dates = None if first_day is None else _Dates(first_day.date(), time_zone, names)
    _write(case, solution, out, dates)
    _show(case, solution)
    more = "" if dates is None else ", roster.csv, calendars/"
    click.echo(f"written: {out} (rotation.csv, rotation.json{more})")


class _Dates(NamedTuple):
    """When the rotation begins, where, and who begins in week 1, 2 and so on."""

    first_day: dt.date
    time_zone: str
    people: list[str]


def _write(case: RotationCase, solution: RotationSolution, out: Path, dates: _Dates | None) -> None:
    from models.files import csv_text, write_together
    from models.rotation.weeks import rotation_frame, rotation_record
    from optimizer.solve import STAGE_STATUS

    line = solution.line or ()
    how = {
        "status": STAGE_STATUS[solution.status],
        "cost": solution.cost,
        "bound": solution.bound,
        "gap": solution.gap,
        "seconds": solution.seconds,
        "solver": solution.solver,
        "seed": solution.seed,
    }
    files = {"rotation.csv": csv_text(rotation_frame(case, line)), "rotation.json": rotation_record(case, line, how)}
    if dates is not None:
        from models.rotation.dated import turn
        from optimizer.report.calendar import FOLDER, calendar_files

        rows = turn(case, line, dates.people, dates.first_day, dates.time_zone)
        before = out / FOLDER
        calendars = calendar_files(rows, dates.time_zone, case.name, before if before.is_dir() else None)
        files |= {"roster.csv": csv_text(rows), **calendars}
    write_together(out, files)


def _show(case: RotationCase, solution: RotationSolution) -> None:
    from models.rotation.records import WEEK_DAYS
    from models.wallclock import DAY_NAMES

    line = solution.line or ()
    click.echo(
        f"{solution.status.value}: {case.weeks} weeks, cost {solution.cost:g}, gap {solution.gap:.3%}, "
        f"{solution.seconds:.1f} s, {solution.solver}, seed {solution.seed}"
    )
    width = max(3, *(len(shift.name) for shift in case.shifts))
    click.echo("      " + " ".join(day.rjust(width) for day in DAY_NAMES))
    for week in range(case.weeks):
        days = line[week * WEEK_DAYS : (week + 1) * WEEK_DAYS]
        click.echo(f"{week + 1:4}  " + " ".join(day.rjust(width) for day in days))


def _end_without(case: RotationCase, solution: RotationSolution, time_limit_s: float) -> None:
    from optimizer.rotate.advice import advice
    from optimizer.solve import Status

    if solution.status is not Status.INFEASIBLE:
        click.echo("No rotation was found within the time limit, and none was excluded: raise --time-limit.", err=True)
        raise SystemExit(NO_PLAN)
    found = advice(case, time_limit_s, solution.seed)
    click.echo(
        f"There is no rotation of {case.weeks} weeks that keeps every rule, whatever the order of the weeks: this is"
        f" proved ({solution.solver}, {solution.seconds:.1f} s).",
        err=True,
    )
    for words in found.too_many:
        click.echo(f"  - {words}", err=True)
    if found.excluding and not found.too_many:
        click.echo(
            "With the people that each day needs, these exclude each other (without any one, they do not):", err=True
        )
        for words in found.excluding:
            click.echo(f"  - {words}", err=True)
    if found.ways_out:
        click.echo("Any one of these makes it possible:", err=True)
        for words in found.ways_out:
            click.echo(f"  - {words}", err=True)
    else:
        click.echo("No single change that was tried makes it possible: relax two of the rules.", err=True)
    raise SystemExit(INFEASIBLE)
