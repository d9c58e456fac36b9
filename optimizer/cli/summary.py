"""`servopt summary`: the figures of a batch, grouped and ranked."""

from __future__ import annotations

import sys
from pathlib import Path

import click

MOST_ROWS = 40
MOST_NAMED = 10
WIDTH = 180
"""Of the table where no terminal says how wide it is."""


def _names(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """Read names, comma-separated or given several times."""
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())


@click.command()
@click.argument("results", metavar="RESULTS", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--by", multiple=True, callback=_names, metavar="COLUMNS",
              help="Group by labels (region, label.region), overridden paths, or others; comma-separated.")  # fmt: skip
@click.option("--pivot", nargs=2, metavar="ROWS COLUMNS",
              help="The mean of the first figure, by one column down and another across.")  # fmt: skip
@click.option("--figures", multiple=True, callback=_names, metavar="COLUMNS",
              help="Figures to show.  [default: cost, service level and the like]")  # fmt: skip
@click.option("--rank", metavar="FIGURE", help="Rank by this figure, the smallest first.")
@click.option("--largest-first", is_flag=True, help="Rank the largest first.")
@click.option("--to", type=click.Path(dir_okay=False, path_type=Path),
              help="Also write it: .csv, .xlsx (with all figures on a second sheet) or .html.")  # fmt: skip
@click.option("--all", "every", is_flag=True, help=f"Print every row, not only the first {MOST_ROWS}.")
def summary(
    results: Path,
    by: tuple[str, ...],
    pivot: tuple[str, str] | None,
    figures: tuple[str, ...],
    rank: str | None,
    largest_first: bool,
    to: Path | None,
    every: bool,
) -> None:
    """Group and rank the figures of the batch in RESULTS.

    Without --by there is a row for each scenario. All figures are in RESULTS/figures.parquet too, for pandas, DuckDB
    and the like.
    """
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from models.faults import Fault, InputFaults
    from optimizer.batch.results import ResultFolder
    from optimizer.batch.summary import grouped, pick_figures, pivoted, planned_only, ranked, without_plan
    from optimizer.batch.summary_files import Summary, cell_text, kind_of, write_summary
    from optimizer.batch.table import figures_frame

    frame = figures_frame(ResultFolder(results))
    if frame.empty:
        raise InputFaults([Fault(str(results), None, None, "", "holds no result of a batch yet")])
    shown, planned = pick_figures(frame, figures), planned_only(frame)
    if pivot:
        if by or rank:
            raise click.UsageError("--pivot stands without --by and --rank")
        table = pivoted(planned, *pivot, shown[0])
    elif by:
        table = grouped(planned, by, shown, rank, largest_first=largest_first)
    else:
        table = ranked(planned, shown, rank, largest_first=largest_first)
    columns = [
        name
        for name in map(str, table.columns)
        if _is_printed(name, alternatives=bool(pivot) or frame.attrs["alternatives"])
    ]
    kinds = [kind_of(name) for name in columns]
    grid = Table()
    for name in columns:
        number = table[name].dtype.kind in "iuf"
        grid.add_column(escape(str(name)), justify="right" if number else "left")
    head = table if every else table.head(MOST_ROWS)
    for row in head[columns].itertuples(index=False):
        grid.add_row(*(escape(cell_text(cell, kind)) for cell, kind in zip(row, kinds, strict=True)))
    Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH).print(grid)
    if len(head) < len(table):
        click.echo(f"and {len(table) - len(head):,} more rows (--all, or --to FILE)")
    found = without_plan(frame)
    _say_without_plan(found, every=every)
    if to is not None:
        for path in write_summary(to, Summary(results.resolve().name, table, frame, found)):
            click.echo(f"written: {path}")


def _is_printed(column: str, *, alternatives: bool) -> bool:
    """Whether a terminal has room for a column; the files have all of them. Of gaps the worst is what counts."""
    if column.startswith("gap "):
        return column == "gap most"
    return column != "reason" and (alternatives or not column.endswith((" least", " most")))


def _say_without_plan(found: list[tuple[str, str, str]], *, every: bool) -> None:
    """Name the scenarios that count in no figure, with their reasons."""
    from optimizer.cli.batch_progress import short

    if not found:
        return
    click.echo(f"{len(found):,} without a plan, in no figure above:")
    most = len(found) if every else MOST_NAMED
    for name, status, reason in found[:most]:
        click.echo(f"  {name}: {status}" + (f": {short(reason)}" if reason else ""))
    if len(found) > most:
        click.echo(f"  and {len(found) - most:,} more (--all)")
