"""`servopt frontier --x budget --y npv`: what a larger budget for initiatives returns, point by point."""

from __future__ import annotations

from pathlib import Path

import click

from optimizer.cli.exits import INFEASIBLE
from optimizer.cli.quiet import quiet_solver


def trace_budgets(
    folder: Path,
    out: Path,
    *,
    points: int,
    low: float | None,
    high: float | None,
    gap: float | None,
    time_limit_s: float | None,
    seed: int | None,
) -> None:
    """Solve the initiatives of a folder at evenly spaced total budgets and at its own, write and print the points."""
    from rich.console import Console

    console = Console(highlight=False)
    with console.status("reading") as status:
        import numpy as np

        from models.files import write_csv
        from models.investment.reading import read_case
        from optimizer.invest.answer import with_limits
        from optimizer.invest.frontier import budget_frontier, largest_budget
        from optimizer.report.portfolio import budget_points

        case, _ = read_case(folder)
        case = with_limits(case, gap=gap, time_limit_s=time_limit_s, seed=seed)
        first, last = low or 0.0, largest_budget(case) if high is None else high
        if first > last:
            raise click.UsageError("--from is above --to")
        own = float(sum(case.settings.budgets.values()))
        totals = np.linspace(first, last, points).tolist()
        if case.settings.budgets and first <= own <= last and min(abs(own - total) for total in totals) > 0.005:
            totals.append(own)
        with quiet_solver():
            table = budget_frontier(case, totals, tell=lambda text: status.update(text))
    write_csv(out, table)
    console.print(budget_points(table, case.settings.currency))
    if own in totals:
        click.echo(f"The budgets of {folder.name}/invest.yaml come to {own:,.0f}.")
    click.echo(f"written: {out}")
    if table["npv"].isna().all():
        click.echo("No budget has a portfolio: `servopt invest` says why.", err=True)
        click.get_current_context().exit(INFEASIBLE)
