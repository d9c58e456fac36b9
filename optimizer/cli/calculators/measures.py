"""`servopt calc measures`: rank measures by eight criteria."""

from __future__ import annotations

from pathlib import Path

import click

from optimizer.cli.calculating import SHEET, finish, output_options

SYSTEMS = ("U21",)
EXAMPLE = "servopt calc measures data/finance/measures.csv --weight saving=3 --weight customers=2"
ORACLE_TEST = "tests/models/test_measures.py"


@click.command(name="measures")
@click.argument("measures", type=SHEET)
@click.option("--weight", "weights", multiple=True, metavar="CRITERION=NUMBER",
              help="Weight of a criterion (owner, saving, time, complexity, cost, customers, morale,"
              " other); 1 else.")  # fmt: skip
@click.option("--weights", "weights_file", type=SHEET, help="Table of criterion and weight; --weight comes before it.")
@click.option("--initiatives", type=click.Path(dir_okay=False, path_type=Path),
              help="Write the table that investment allocation reads to this .csv or .xlsx file.")  # fmt: skip
@output_options
def command(
    measures: Path,
    weights: tuple[str, ...],
    weights_file: Path | None,
    initiatives: Path | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Rank measures by eight criteria: owner, saving, time, complexity, cost, customers, agents' morale, other."""
    from models.measures import TABLE, WEIGHTS, rank_measures
    from models.sheets import load_sheet, write_sheet

    given: dict[str, float] = {}
    if weights_file is not None:
        rows = load_sheet(weights_file, WEIGHTS)
        given = dict(zip(rows["criterion"], rows["weight"], strict=True))
    given |= _parse(weights)
    try:
        found = rank_measures(load_sheet(measures, TABLE), given, file=measures.name)
    except ValueError as problem:
        raise click.UsageError(str(problem)) from problem
    written = [] if initiatives is None else write_sheet(initiatives, {"initiatives": found.initiatives})
    finish(
        {"measures": found.measures, "scores": found.scores, "weights": found.weights},
        (*found.notes, *(f"Table of initiatives written: {path}" for path in written)),
        out=out,
        as_json=as_json,
        title="Measures by eight criteria",
        units={"rank": "id"},
    )


def _parse(weights: tuple[str, ...]) -> dict[str, float]:
    """Weights as written on the command line."""
    given: dict[str, float] = {}
    for text in weights:
        name, _, value = text.partition("=")
        try:
            given[name.strip()] = float(value)
        except ValueError:
            raise click.BadParameter(f"{text!r} is no weight; write saving=3", param_hint="--weight") from None
    return given
