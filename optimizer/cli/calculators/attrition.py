"""`servopt calc attrition`: what it costs that people leave."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from optimizer.cli.calculating import AT_LEAST_ZERO, POSITIVE, SHARE, SHEET, Finite, finish, output_options

SYSTEMS = ("U25",)
EXAMPLE = "servopt calc attrition --headcount 100 --leavers 50 --replacement-cost 5000 --ramp-months 3"
ORACLE_TEST = "tests/models/test_attrition.py"
_COLUMNS = (
    "headcount", "leavers", "replacement_cost", "months", "vacant_months", "ramp_months", "ramp_output", "monthly_pay"
)  # fmt: skip


@click.command(name="attrition")
@click.argument("file", metavar="[FILE]", type=SHEET, required=False)
@click.option("--headcount", type=AT_LEAST_ZERO, help="Mean headcount of the period.")
@click.option("--leavers", type=AT_LEAST_ZERO, help="People who left in the period.")
@click.option("--replacement-cost", type=AT_LEAST_ZERO, default=0.0, show_default=True,
              help="Recruiting and training one successor.")  # fmt: skip
@click.option("--months", type=POSITIVE, default=12.0, show_default=True, help="Length of the period.")
@click.option("--vacant-months", type=AT_LEAST_ZERO, default=0.0, show_default=True,
              help="Time until a successor starts.")  # fmt: skip
@click.option("--ramp-months", type=AT_LEAST_ZERO, default=0.0, show_default=True,
              help="Time until a successor works like the others.")  # fmt: skip
@click.option("--ramp-output", type=SHARE, default=0.5, show_default=True,
              help="Mean output in that time, fraction of an experienced agent's.")  # fmt: skip
@click.option("--monthly-pay", type=AT_LEAST_ZERO, default=0.0, show_default=True, help="Pay of one agent a month.")
@click.option("--peer-ratio", type=AT_LEAST_ZERO, default=0.39, show_default=True,
              help="Leavers a year over headcount to compare with (default: the industry's).")  # fmt: skip
@click.option("--survival", "survivors", type=Finite(0, 1, min_open=True),
              help="Also say the ratio at which this share of people is still there after a year.")  # fmt: skip
@output_options
def command(file: Path | None, **given: Any) -> None:
    """Attrition: cost a year, ramp-up, capacity lost, and who is still there after a year.

    Give one team by options, or FILE (.csv, .xlsx) with columns team, headcount, leavers, replacement_cost, and perhaps
    months, vacant_months, ramp_months, ramp_output, monthly_pay.
    """
    import pandas as pd

    from models.attrition import TABLE, attrition_cost, ratio_for_survival
    from models.faults import Fault, InputFaults
    from models.sheets import load_sheet

    if (file is None) == (given["headcount"] is None or given["leavers"] is None):
        raise click.UsageError("give either --headcount and --leavers, or a FILE")
    if file is not None:
        teams = load_sheet(file, TABLE)
    else:
        teams = pd.DataFrame([{"team": "team", **{name: given[name] for name in _COLUMNS}}])
    nobody = teams[(teams["headcount"] == 0) & (teams["leavers"] > 0)]
    if len(nobody):
        where = file.name if file else "--headcount"
        message = "somebody left a team of nobody; headcount is the mean of the period, with those who left"
        raise InputFaults(
            [Fault(where, int(str(line)) if file else None, "headcount", "0", message) for line in nobody.index]
        )
    table = attrition_cost(teams, given["peer_ratio"])
    if len(teams) == 1:
        table = table.iloc[:1]
    notes = [
        "stay share: who is still there after a year, were everybody equally likely to leave at any time",
        f"avoidable cost: that of leavers above {given['peer_ratio']:.0%} of headcount a year",
    ]
    if given["survivors"] is not None:
        ratio = ratio_for_survival(given["survivors"])
        notes.append(f"{given['survivors']:.1%} are still there after a year at a ratio of {ratio:.3f}")
    results = table if len(teams) > 1 else table.iloc[0].to_dict()
    units = {"ratio": "%", "stay_share": "%"}
    finish({"attrition": results}, notes, out=given["out"], as_json=given["as_json"], title="Attrition", units=units)
