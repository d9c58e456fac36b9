"""`servopt rotate`: a cyclic rotation that everybody works through, one week further each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from optimizer.cli.exits import INFEASIBLE, NO_PLAN
from optimizer.cli.solving import FiniteRange

if TYPE_CHECKING:
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
    help="Folder for rotation.csv and rotation.json.",
)
@click.option(
    "--time-limit",
    "time_limit_s",
    type=FiniteRange(0, min_open=True),
    help="Seconds for the search.  [default: as rotation.yaml says, 60 with --instance]",
)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), help="Same input and seed: same rotation.")
def rotate(folder: Path | None, instance: Path | None, out: Path, time_limit_s: float | None, seed: int | None) -> None:
    """Find the rotation of the shifts in DIR, or prove that there is none and say what would help.

    DIR holds rotation.yaml and shifts.csv; `servopt init rotation DIR` makes an example. The rotation has as many weeks
    as people: each begins in another week, and goes on to the next one every Monday, from the last to the first.
    """
    if (folder is None) == (instance is None):
        raise click.UsageError("give either DIR or --instance")
    from models.rotation.reading import read_rotation, read_rotation_benchmark
    from optimizer.rotate.engine import solve_rotation

    if folder is not None:
        case, settings = read_rotation(folder)
        time_limit_s = time_limit_s or settings.time_limit_s
        seed = settings.seed if seed is None else seed
    else:
        case = read_rotation_benchmark(Path(str(instance)))
    solution = solve_rotation(case, time_limit_s or TIME_LIMIT_S, 1 if seed is None else seed)
    if solution.line is None:
        _end_without(case, solution)
        return
    _write(case, solution, out)
    _show(case, solution)
    click.echo(f"written: {out} (rotation.csv, rotation.json)")


def _write(case: RotationCase, solution: RotationSolution, out: Path) -> None:
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
    write_together(
        out, {"rotation.csv": csv_text(rotation_frame(case, line)), "rotation.json": rotation_record(case, line, how)}
    )


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


def _end_without(case: RotationCase, solution: RotationSolution) -> None:
    from optimizer.rotate.engine import too_many_needed
    from optimizer.solve import Status

    if solution.status is not Status.INFEASIBLE:
        click.echo("No rotation was found within the time limit, and none was excluded: raise --time-limit.", err=True)
        raise SystemExit(NO_PLAN)
    click.echo(
        f"There is no rotation of {case.weeks} weeks that keeps every rule: proved, since not even a circulation of"
        f" people through the rules' states gives these counts ({solution.solver}, {solution.seconds:.1f} s).",
        err=True,
    )
    for words in too_many_needed(case):
        click.echo(f"  - {words}", err=True)
    if solution.ways_out:
        click.echo("Any one of these makes it possible:", err=True)
        for words in solution.ways_out:
            click.echo(f"  - {words}", err=True)
    else:
        click.echo("No single relaxation that was tried makes it possible: several rules conflict.", err=True)
    raise SystemExit(INFEASIBLE)
