"""`servopt calc roi`: what an initiative returns."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from optimizer.cli.calculating import AT_LEAST_ZERO, NUMBER, SHEET, Finite, finish, output_options

if TYPE_CHECKING:
    from models.returns import Initiative, Return
    from models.sensitivity import Range

SYSTEMS = ("U11",)
EXAMPLE = "servopt calc roi --benefit 130 --growth 0.2 --years 3 --outlay 70 --rate 0.1"
ORACLE_TEST = "tests/models/test_returns.py"
UNITS = {"irr": "%", "net_roi": "%", "rate": "%", "year": "id", "seed": "id"}
_ABOVE_MINUS_ONE = Finite(-1, min_open=True)
_APART = "benefit over cost and net ROI are two figures: net ROI is benefit over cost less 1"
_SWING = Finite(0, 1, min_open=True, max_open=True)


@click.command(name="roi")
@click.argument("file", metavar="[FILE]", type=SHEET, required=False)
@click.option("--benefit", type=NUMBER, help="Benefit of year 1, money.")
@click.option("--growth", type=_ABOVE_MINUS_ONE, default=0.0, show_default=True,
              help="Growth of the benefit a year, fraction.")  # fmt: skip
@click.option("--years", type=click.IntRange(1, 200), default=3, show_default=True, help="Years with benefits.")
@click.option("--outlay", type=AT_LEAST_ZERO, multiple=True, help="Paid once, now; may be given several times.")
@click.option("--yearly-outlay", type=AT_LEAST_ZERO, multiple=True,
              help="Paid at the end of each year; may be given several times.")  # fmt: skip
@click.option("--rate", type=_ABOVE_MINUS_ONE, default=0.1, show_default=True, help="Discount rate a year, fraction.")
@click.option("--tornado", is_flag=True, help="Show what each figure does to the net present value.")
@click.option("--swing", type=_SWING, default=0.2, show_default=True, help="How far --tornado moves each figure.")
@click.option("--range", "ranges", metavar="NAME=LOW:HIGH", multiple=True,
              help="Uncertain figure (benefit, growth, outlay, yearly_outlay, rate): NAME=LOW:HIGH, any value alike, "
              "or NAME=LOW:LIKELY:HIGH, triangular; shows P10, P50, P90.")  # fmt: skip
@click.option("--samples", type=click.IntRange(1, 1_000_000), default=10_000, show_default=True,
              help="Samples drawn from the ranges.")  # fmt: skip
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Seed of the samples.")
@output_options
def command(file: Path | None, **given: Any) -> None:
    """Return on an initiative: flows, NPV, IRR, payback, benefit/cost, net ROI.

    Give its figures as options, or FILE (.csv, .xlsx) with columns year (0 is now), benefit, cost, and initiative where
    there are several.
    """
    if (file is None) == (given["benefit"] is None):
        raise click.UsageError("give either --benefit or a FILE with flows")
    if file is not None:
        _of_file(file, given)
    else:
        _of_figures(given)


def _of_file(file: Path, given: dict[str, Any]) -> None:
    import pandas as pd

    from models.faults import FaultLog
    from models.return_table import TABLE, return_figures, split_flows
    from models.returns import evaluate_return
    from models.sheets import load_sheet

    for name in ("outlay", "yearly_outlay", "ranges", "tornado"):
        if given[name]:
            raise click.UsageError(f"--{name.rstrip('s').replace('_', '-')} goes with --benefit, not with a FILE")
    log = FaultLog()
    flows, currency = split_flows(file.name, load_sheet(file, TABLE), log)
    log.raise_if_any()
    try:
        returns = {name: evaluate_return(frame, given["rate"]) for name, frame in flows.items()}
    except ValueError as problem:
        raise click.BadParameter(str(problem), param_hint="--rate") from None
    where = f" in {currency}" if currency else ""
    if len(returns) == 1:
        outcome = next(iter(returns.values()))
        _finish({"flows": outcome.flows, "return": return_figures(outcome)}, _notes(outcome), given, where)
        return
    figures = pd.DataFrame([{"initiative": name, **return_figures(one)} for name, one in returns.items()])
    results = {"returns": figures[figures.columns[:7]]}
    if given["out"] or given["as_json"]:
        listed = [one.flows.assign(initiative=name) for name, one in returns.items()]
        results["flows"] = pd.concat(listed, ignore_index=True)[["initiative", *listed[0].columns[:-1]]]
    notes = [f"{name}: {note}" for name, one in returns.items() for note in _warnings(one)]
    _finish(results, [*notes, _APART], given, where)


def _of_figures(given: dict[str, Any]) -> None:
    from models.return_table import return_figures
    from models.returns import Initiative, evaluate_return, initiative_flows

    initiative = Initiative(
        benefit=given["benefit"],
        years=given["years"],
        growth=given["growth"],
        outlay=sum(given["outlay"]),
        yearly_outlay=sum(given["yearly_outlay"]),
    )
    try:
        outcome = evaluate_return(initiative_flows(initiative), given["rate"])
    except ValueError as problem:  # each option is fine, all together are too much for a number
        raise click.UsageError(str(problem)) from None
    results: dict[str, Any] = {"flows": outcome.flows, "return": return_figures(outcome)}
    notes = _notes(outcome)
    ranges = _ranges(given["ranges"])
    if given["tornado"]:
        from models.sensitivity import tornado

        results["tornado"] = tornado(initiative, given["rate"], given["swing"])
    if ranges:
        notes += _spread(initiative, ranges, given, results)
    _finish(results, notes, given)


def _spread(
    initiative: Initiative, ranges: dict[str, Range], given: dict[str, Any], results: dict[str, Any]
) -> list[str]:
    from models.sensitivity import spread

    try:
        found = spread(initiative, given["rate"], ranges, samples=given["samples"], seed=given["seed"])
    except ValueError as problem:
        raise click.BadParameter(str(problem), param_hint="--range") from None
    results["discounted_money_under_uncertainty"] = found.quantiles
    return [
        f"{found.loss_share:.1%} of {found.samples:,} samples (seed {found.seed}) lose money; below P10 lies one in ten"
    ]


def _ranges(texts: tuple[str, ...]) -> dict[str, Range]:
    from models.sensitivity import Range

    found = {}
    for text in texts:
        name, _, values = text.partition("=")
        try:
            numbers = [float(value) for value in values.split(":")]
            if len(numbers) not in (2, 3):
                raise ValueError("write NAME=LOW:HIGH or NAME=LOW:LIKELY:HIGH")
            likely = numbers[1] if len(numbers) == 3 else None
            found[name.strip().replace("-", "_")] = Range(numbers[0], numbers[-1], likely)
        except ValueError as problem:
            raise click.BadParameter(f"{text}: {problem}", param_hint="--range") from None
    return found


def _warnings(outcome: Return) -> list[str]:
    notes = [outcome.rates.words] if outcome.rates.words else []
    if outcome.payback_years is None:
        notes.append(f"no payback within {len(outcome.flows) - 1} years{_though(outcome)}")
    elif outcome.discounted_payback_years is None:
        notes.append(f"no payback within {len(outcome.flows) - 1} years once the flows are discounted")
    return notes


def _though(outcome: Return) -> str:
    """Why flows that are not paid back may be, once they are discounted."""
    if outcome.discounted_payback_years is None:
        return ""
    missing = -float(outcome.flows["cumulative"].iloc[-1])
    return f": {missing:,.2f} are missing at the end; discounted, the late outlays weigh less and they are paid back"


def _notes(outcome: Return) -> list[str]:
    return _warnings(outcome) if outcome.benefit_cost is None else [*_warnings(outcome), _APART]


def _finish(results: dict[str, Any], notes: list[str], given: dict[str, Any], where: str = "") -> None:
    finish(
        results,
        notes,
        out=given["out"],
        as_json=given["as_json"],
        width=80,
        title=f"Return at a discount rate of {given['rate']:.4g} a year{where}",
        units=UNITS,
    )
