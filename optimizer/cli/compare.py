"""`servopt compare`: two plans side by side."""

from __future__ import annotations

import math
from pathlib import Path

import click

from optimizer.cli.solving import FiniteRange

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.argument("plan_a", metavar="PLAN_A", type=_FOLDER)
@click.argument("plan_b", metavar="PLAN_B", type=_FOLDER)
@click.option("--service-tolerance", type=FiniteRange(0, 1), default=0.005, show_default=True,
              help="Change of service or satisfaction that counts as none.")  # fmt: skip
@click.option("--cost-tolerance", type=FiniteRange(0), default=0.005, show_default=True,
              help="Change of cost that counts as none, fraction of A's.")  # fmt: skip
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Also write the table as CSV.")
def compare(plan_a: Path, plan_b: Path, service_tolerance: float, cost_tolerance: float, out: Path | None) -> None:
    """Compare two folders that `servopt plan` wrote, figure by figure.

    Says which type of service against cost plan B is beside plan A: service the same and cost down, both up, service up
    and cost the same, service up and cost down, or worse than all four; for the shift plans, and for a year of service
    where both plans decided mix and initiatives. Less service for less cost is a trade outside the four, and said to
    be one, while both plans meet their targets. Service is the simulated one where both plans were simulated.
    """
    from rich.console import Console
    from rich.table import Table

    from models.files import write_csv
    from models.side_by_side import side_by_side
    from optimizer.report.decision import shown

    found = side_by_side(plan_a, plan_b, service_tolerance=service_tolerance, cost_tolerance=cost_tolerance)
    table = Table(title=f"A {plan_a}   B {plan_b}", title_justify="left")
    table.add_column("")
    for name in ("A", "B", "change", "%"):
        table.add_column(name, justify="right")
    for row in found.table.to_dict(orient="records"):
        unit, ratio = str(row["unit"]), float(row["change_ratio"])
        amounts = [shown(row[name], unit, found.currency) for name in ("a", "b", "change")]
        if unit == "share":
            amounts[2], ratio = f"{100 * float(row['change']):+.1f} points", math.nan
        table.add_row(str(row["figure"]), *amounts, "" if math.isnan(ratio) else f"{ratio:+.1%}")
    Console(highlight=False).print(table)
    none = f"changes up to {100 * service_tolerance:g} points of service and {cost_tolerance:.2%} of cost count as none"
    click.echo(
        f"Shift plan: {found.schedule.kind} (service by {found.basis}, counted up to the promised {found.promised:.0%};"
        f" {none})."
    )
    if found.service is not None:
        click.echo(f"Year of service (satisfaction against cost): {found.service.kind}.")
    for note in found.notes:
        click.echo(f"note: {note}", err=True)
    if out is not None:
        write_csv(out, found.table)
        click.echo(f"written: {out}")
