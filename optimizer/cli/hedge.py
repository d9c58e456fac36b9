"""`servopt hedge`: a plan that meets its target on more days than the expected demand alone would let it."""

from __future__ import annotations

from pathlib import Path

import click

from optimizer.cli.exits import NO_PLAN
from optimizer.cli.solving import FiniteRange, solving_options

DEFAULT_VOLUME, DEFAULT_AHT = 0.10, 0.03
"""Where nothing is known of the forecast's errors."""


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--level", type=FiniteRange(0, 1, min_open=True, max_open=True), default=0.9, show_default=True,
              help="Chance with which a day is to meet its target.")  # fmt: skip
@click.option("--volume-error", type=FiniteRange(0, 2), help="Relative error of a day's contacts; by default that of "
              "the forecast's 80 % interval, 0.10 where demand.csv is given.")  # fmt: skip
@click.option("--aht-error", type=FiniteRange(0, 2), help="Relative error of a day's handle time; by default that of "
              "the history, 0.03 without one.")  # fmt: skip
@click.option("--scenarios", type=click.IntRange(10, 10_000), default=100, show_default=True, help="Drawn, seeded.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=Path("hedge.csv"), show_default=True,
              help="Where the table of margins is written.")  # fmt: skip
@solving_options
def hedge(
    folder: Path, level: float, volume_error: float | None, aht_error: float | None, scenarios: int, out: Path,
    gap: float | None, time_limit_s: float | None, seed: int | None, threads: int | None,
) -> None:  # fmt: skip
    """Plan the scenario in DIR against the error of its forecast, and say what that costs.

    Plans with growing margins on the demand until a day meets its target with the chance of --level; for each the cost,
    P(day meets its target), and the contacts that miss it, on average and in the worst tenth of scenarios (CVaR).
    """
    from rich.console import Console

    console = Console(highlight=False)
    with console.status("reading") as status:
        from models.files import write_csv
        from models.forecast import forecast
        from models.scenario import read_scenario
        from models.scenario_checks import require_plannable
        from optimizer.loop.hedge import aht_error_of, day_error, hedged
        from optimizer.pipeline import scenario_limits

        scenario = read_scenario(folder)
        require_plannable(scenario)
        demand = forecast(scenario).demand if scenario.demand is None else scenario.demand
        volume = _first(volume_error, day_error(demand), DEFAULT_VOLUME)
        handling = _first(aht_error, aht_error_of(scenario.history), DEFAULT_AHT)
        limits = scenario_limits(scenario, gap=gap, time_limit_s=time_limit_s, seed=seed, threads=threads)
        try:
            found = hedged(
                scenario, demand, limits, level, volume, handling, scenarios=scenarios, seed=limits.seed,
                tell=lambda text: status.update(text),
            )  # fmt: skip
        except ValueError as problem:
            click.echo(str(problem), err=True)
            click.get_current_context().exit(NO_PLAN)
    currency = scenario.settings.currency
    click.echo(f"errors of a day: contacts {volume:.1%}, handle time {handling:.1%}; {scenarios} scenarios")
    for row in found.table.to_dict(orient="records"):
        missed = f"{row['mean_short']:,.0f} contacts miss it, {row['cvar_short']:,.0f} in the worst tenth"
        click.echo(
            f"margin {row['margin']:>4.0%}: {row['cost']:>12,.0f} {currency}, a day meets its target with "
            f"{row['day_meets_target']:.1%}; {missed}"
        )
    if found.chosen is None:
        click.echo(f"No margin up to {found.table['margin'].max():.0%} reaches {level:.0%}.")
    else:
        click.echo(f"The hedge at {level:.0%} costs {found.price:,.0f} {currency} more than planning for the mean.")
    write_csv(out, found.table)
    click.echo(f"written: {out}")


def _first(*values: float | None) -> float:
    return next(value for value in values if value is not None)
