"""`servopt verify`: plain arithmetic on the written files of a plan, by other code than made them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

import click

from optimizer.cli.exits import NOT_VERIFIED

if TYPE_CHECKING:
    from models.verification import Finding, Verification

MOST_LINES, MOST_OF_A_FILE = 40, 8
WIDTH = 100
FIRST = ("promise", "deadlines", "shift rules", "limits", "cost", "proof")
"""What matters most to who relies on a plan; the rest follows in the order of the checks."""


@click.command()
@click.argument("plan", metavar="PLAN", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--all", "every", is_flag=True, help=f"List every difference, not only the first {MOST_LINES}.")
@click.option("--quiet", is_flag=True, help="Print nothing when all is well.")
def verify(plan: Path, every: bool, quiet: bool) -> None:
    """Check the plan in folder PLAN: recompute what its files say, and hold it against the rules.

    Of a shift plan: heads from the shifts, each rule of each shift, limits, requirement, service and what is
    promised of it, deadlines of deferrable work, cost to the cent, and whether the proof fits together. Of a
    channel mix: satisfaction, cost, budgets. Of a portfolio of initiatives: cash flow, net present value, paybacks,
    budgets with what is carried over, people. Of a roster: times, leave, settled days, skills, rests, stretches,
    cover, totals, cost. Of a schedule of agents with several skills: heads, shift rules, limits, cost, and each promise
    from the simulated contacts.

    How promises are judged: the target of each pool and day (with mode interval, of each interval), the floor and
    the caps of each interval hold for agents on duty less unplanned shrinkage, by the verifier's own queueing
    formula and within a millionth. A calibrated plan is held to the targets in its calibration.csv. What happens
    when customers come by chance is the business of `servopt simulate`: of what was simulated only whether the files
    agree with each other. Of what repeats others (report.html, calendars, workbooks), of forecast.csv and
    accuracy.csv, and of marginal prices nothing is checked.

    Differences are listed with file, row and column; the exit code is then 7. What is read is the folder alone: its
    tables, its record and, of a shift plan, its copy of the inputs.
    """
    from models.verification import verify_plan

    found = verify_plan(plan)
    if not quiet:
        click.echo(fill(f"{brief(found)}: {counts(found)}", WIDTH, subsequent_indent="  "))
        for remark in found.remarks:
            click.echo(f"note: {remark}", err=True)
    end_with_findings(found, most=None if every else MOST_LINES)


def brief(found: Verification) -> str:
    """Say in a few words how the verification ended."""
    total = sum(found.compared.values())
    if found.passed:
        return f"verified by {total:,} comparisons with plain arithmetic"
    return f"NOT verified: {len(found.findings):,} of {total:,} comparisons with plain arithmetic differ"


def counts(found: Verification) -> str:
    """Say what was compared, and how much of it was found wrong."""
    wrong = {check: sum(one.check == check for one in found.findings) for check in found.compared}
    return ", ".join(
        f"{check} {count:,}" + (f" ({wrong[check]:,} wrong)" if wrong[check] else "")
        for check, count in sorted(found.compared.items(), key=lambda item: _rank(item[0]))
    )


def _rank(check: str) -> int:
    return FIRST.index(check) if check in FIRST else len(FIRST)


def end_with_findings(found: Verification, most: int | None = MOST_LINES) -> None:
    """List what was found and leave with exit code 7; go on when nothing was.

    What is wrong in one cell is wrong in all that follows from it: unless all is asked for, a file has a few lines.
    """
    if found.passed:
        return
    click.echo("The files do not agree with plain arithmetic on them:", err=True)
    files: Counter[str] = Counter()
    shown: list[Finding] = []
    for one in sorted(found.findings, key=lambda one: _rank(one.check)):
        files[one.file] += 1
        if most is None or (files[one.file] <= MOST_OF_A_FILE and len(shown) < most):
            shown.append(one)
    for one in shown:
        click.echo(f"  {one}", err=True)
    if len(shown) < len(found.findings):
        often = ", ".join(f"{count:,} in {file}" for file, count in files.items())
        click.echo(f"  in all {len(found.findings):,}: {often} (servopt verify PLAN --all)", err=True)
    click.get_current_context().exit(NOT_VERIFIED)
