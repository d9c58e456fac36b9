"""`servopt mix`: which contacts go to people, bots and self-service, at the least cost that keeps every promise."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from models.remark import remark
from optimizer.cli.exits import INFEASIBLE, NO_PLAN
from optimizer.cli.quiet import quiet_solver
from optimizer.cli.solving import FiniteRange, say_infeasible
from optimizer.cli.verify import brief, end_with_findings

if TYPE_CHECKING:
    from models.mix.case import MixCase

PRICE_SECONDS, EXPLAIN_SECONDS = 12.0, 40.0


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("mix"),
    show_default=True,
    help="Folder for the mix's files; files of the same name are replaced when all are ready.",
)
@click.option("--csat-floor", type=FiniteRange(0, 1), help="Least overall satisfaction, in place of mix.yaml's.")
@click.option("--budget", type=FiniteRange(0), help="Most that the horizon may cost, in place of mix.yaml's.")
@click.option("--explain", is_flag=True, help="Show every rule with its price, and take longer to work them out.")
@click.option("--gap", type=FiniteRange(0, 1, max_open=True), help="Stop when proved this close to the optimum.")
@click.option("--time-limit", "time_limit_s", type=FiniteRange(0, min_open=True), help="Seconds for the search.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), help="Same input and seed: same answer.")
@click.option(
    "--lp",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write the model as algebra for other solvers: FILE.lp or FILE.mps.",
)
@click.option("--quiet", is_flag=True, help="Print nothing when all is well.")
def mix(
    folder: Path,
    out: Path,
    csat_floor: float | None,
    budget: float | None,
    explain: bool,
    gap: float | None,
    time_limit_s: float | None,
    seed: int | None,
    lp: Path | None,
    quiet: bool,
) -> None:
    """Find the cheapest channel mix of the case in DIR (mix.yaml and its tables), and what each rule costs.

    Writes mix.json, flows.csv, cost.csv, csat.csv, workload.csv, licences.csv, rules.csv, changes.csv and
    outsource.csv; today's mix stands beside it where today.csv is known.
    """
    from rich.console import Console

    console = Console(highlight=False)
    with console.status("reading"):
        from models.files import write_together
        from models.mix.planfiles import mix_files
        from models.mix.reading import read_mix
        from models.verification import verify_plan
        from optimizer.mix.run import mix_limits, solve_mix
        from optimizer.report.mix import mix_summary

        case = with_levels(read_mix(folder), csat_floor=csat_floor, budget=budget)
    if lp is not None:
        _export(case, lp)
    limits = mix_limits(case, gap=gap, time_limit_s=time_limit_s, seed=seed)
    with console.status("channel mix"), quiet_solver():
        found = solve_mix(case, limits, price_seconds=EXPLAIN_SECONDS if explain else PRICE_SECONDS)
    context = click.get_current_context()
    if found.result.status == "infeasible":
        say_infeasible(found.conflicts, found.relaxation, what=remark("channel mix"), record="")
        context.exit(INFEASIBLE)
    if found.after is None:
        click.echo(
            "No channel mix was found within the time limit: raise solve.time_limit_s or --time-limit.", err=True
        )
        context.exit(NO_PLAN)
    write_together(out, mix_files(found))
    verified = verify_plan(out)
    if not quiet:
        console.print(mix_summary(found, explain=explain))
        for note in found.notes:
            click.echo(f"note: {note}", err=True)
        click.echo(f"written: {out}/ ({out / 'mix.json'} and its tables)")
        click.echo(brief(verified))
    end_with_findings(verified)


def with_levels(case: MixCase, *, csat_floor: float | None, budget: float | None) -> MixCase:
    """Return the case with levels that stand on the command line in place of mix.yaml's."""
    from dataclasses import replace

    levels = {"csat_floor": csat_floor, "budget": budget}
    given = {name: level for name, level in levels.items() if level is not None}
    return replace(case, settings=case.settings.model_copy(update=given)) if given else case


def _export(case: MixCase, path: Path) -> None:
    """Write the readable twin, which holds every rule but the lead of a tier."""
    import numpy as np

    from optimizer.cli.export import write_program
    from optimizer.mix.twin import as_pulp

    write_program(as_pulp(case), path)
    if np.isfinite(case.tiers.csat_lead).any():
        click.echo(f"note: {path.name} leaves out csat_lead, which is no linear rule; the search keeps it", err=True)
