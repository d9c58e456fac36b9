"""`servopt price`: what every rule costs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from optimizer.cli.quiet import quiet_solver
from optimizer.cli.solving import FiniteRange

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

MOST_LINES = 20


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--rules", is_flag=True, help="Price every rule: schedule, channel mix, initiatives. This is the default."
)
@click.option("--gap", type=FiniteRange(0, 1, max_open=True), default=0.01, show_default=True,
              help="Stop each schedule when proved this close.")  # fmt: skip
@click.option("--time-limit", "time_limit_s", type=FiniteRange(0, min_open=True), default=20.0, show_default=True,
              help="Seconds for each schedule.")  # fmt: skip
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Also write all prices as CSV.")
def price(folder: Path, rules: bool, gap: float, time_limit_s: float, out: Path | None) -> None:
    """Rank the rules of the case in DIR by what they cost a year, in words.

    DIR may hold a shift scenario (scenario.yaml), a channel mix (mix.yaml) and initiatives (invest.yaml), or some of
    them. Each rule is made one step looser, alone, and solved again; where the program is linear its price is the dual.
    """
    from rich.console import Console

    from models.files import write_csv
    from optimizer.loop.rule_prices import in_words, ranked

    console = Console(highlight=False)
    with console.status("reading") as status, quiet_solver():
        parts, currency = _parts(folder, gap, time_limit_s, lambda text: status.update(text))
    if not parts:
        raise click.UsageError(f"{folder} holds neither scenario.yaml nor mix.yaml nor invest.yaml")
    table = ranked(parts)
    for number, (_, row) in enumerate(table.iterrows(), start=1):
        if number > MOST_LINES:
            click.echo(f"and {len(table) - MOST_LINES} more" + ("" if out else ": --out FILE writes them"))
            break
        mark = "" if not str(row["how"]).startswith("dual") else "*"
        click.echo(f"{number:>2}. {in_words(row, currency)}{mark}")
    if table["how"].head(MOST_LINES).astype(str).str.startswith("dual").any():
        click.echo(
            "* for a small change: the price of the linear program, with licences and levels of staff as they are"
        )
    if out is not None:
        write_csv(out, table)
        click.echo(f"written: {out}")


def _parts(
    folder: Path, gap: float, time_limit_s: float, tell: Callable[[str], None]
) -> tuple[list[pd.DataFrame], str]:
    """Price what the folder holds, part by part; and the currency."""
    parts: list[pd.DataFrame] = []
    currency = "EUR"
    if (folder / "scenario.yaml").is_file():
        from models.forecast import forecast
        from models.scenario import read_scenario
        from models.scenario_checks import require_plannable
        from optimizer.batch.points import kept_points
        from optimizer.batch.reuse import Reuse, default_folder
        from optimizer.loop.rule_prices import schedule_rules
        from optimizer.pipeline import scenario_limits

        scenario = read_scenario(folder)
        require_plannable(scenario)
        currency = scenario.settings.currency
        demand = forecast(scenario).demand if scenario.demand is None else scenario.demand
        limits = scenario_limits(scenario, gap=gap, time_limit_s=time_limit_s)
        reuse = Reuse(default_folder())

        parts.append(schedule_rules(scenario, demand, limits, kept_points(reuse, limits), tell=tell))
    if (folder / "mix.yaml").is_file():
        from models.mix.reading import read_mix
        from optimizer.loop.rule_prices import mix_rules

        tell("rules of the mix")
        mix = read_mix(folder)
        currency = mix.settings.currency
        parts.append(mix_rules(mix))
    if (folder / "invest.yaml").is_file():
        from models.investment.reading import read_case
        from optimizer.loop.rule_prices import invest_rules

        tell("rules of the initiatives")
        case, _ = read_case(folder)
        currency = case.settings.currency
        if case.settings.goal == "npv":
            parts.append(invest_rules(case))
    return parts, currency
