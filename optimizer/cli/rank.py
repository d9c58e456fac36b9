"""`servopt rank`: rank measures by eight criteria, and hand them to `servopt invest`."""

from __future__ import annotations

from pathlib import Path

import click

from optimizer.cli.calculating import SHEET, finish, output_options


@click.command()
@click.argument("measures", type=SHEET)
@click.option("--weights", "weights_file", type=SHEET, help="Table of criterion and weight; a missing one weighs 1.")
@click.option(
    "--initiatives", "folder", type=click.Path(file_okay=False, path_type=Path),
    help="Write initiatives.csv and effects.csv for `servopt invest` into this folder.",
)  # fmt: skip
@output_options
def rank(measures: Path, weights_file: Path | None, folder: Path | None, out: Path | None, as_json: bool) -> None:
    """Rank MEASURES by eight criteria: owner, saving, time, complexity, cost, customers, agents' morale, other.

    The same table feeds `servopt invest`: with --initiatives it is written as initiatives and effects.
    """
    from models.files import csv_text, write_together
    from models.investment.from_measures import tables_of
    from models.measures import TABLE, WEIGHTS, rank_measures
    from models.sheets import load_sheet

    given: dict[str, float] = {}
    if weights_file is not None:
        rows = load_sheet(weights_file, WEIGHTS)
        given = dict(zip(rows["criterion"], rows["weight"], strict=True))
    found = rank_measures(load_sheet(measures, TABLE), given, file=measures.name)
    notes = [
        *found.notes,
        "months: from the first start of all until it works; owners and cost per year: --out, --json",
    ]
    if folder is not None:
        initiatives, effects = tables_of(found.initiatives)
        write_together(folder, {"initiatives.csv": csv_text(initiatives), "effects.csv": csv_text(effects)})
        notes.append(f"written: {folder / 'initiatives.csv'}, {folder / 'effects.csv'}")
    finish(
        {"measures": found.measures, "scores": found.scores, "weights": found.weights},
        notes, out=out, as_json=as_json, title="Measures by eight criteria", units={"rank": "id"},
        hidden=("owner", "cost_per_year"), width=80,
    )  # fmt: skip
