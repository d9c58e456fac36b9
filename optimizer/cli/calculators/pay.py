"""`servopt calc pay`: pay that follows performance."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import click

from optimizer.cli.calculating import AT_LEAST_ZERO, POSITIVE, SHARE, SHEET, finish, output_options
from optimizer.cli.pairs import pair_of

SYSTEMS = ("U27",)
EXAMPLE = "servopt calc pay data/finance/agents.csv --rules data/finance/pay_rules.csv --floor 2100"
ORACLE_TEST = "tests/models/test_performance_pay.py"


_pair = pair_of(POSITIVE)


@click.command(name="pay")
@click.argument("file", metavar="[AGENTS]", type=SHEET, required=False)
@click.option("--rules", type=SHEET, help="Bands: measure (contacts, csat), at_least, percent, per_unit.")
@click.option("--floor", type=AT_LEAST_ZERO, default=0.0, show_default=True,
              help="Least pay of the period that the law allows.")  # fmt: skip
@click.option("--most-penalty", type=SHARE, default=1.0, show_default=True,
              help="Largest penalty, fraction of base pay.")  # fmt: skip
@click.option("--most-bonus", type=AT_LEAST_ZERO, help="Largest bonus, fraction of base pay.  [default: no limit]")
@click.option(
    "--people", metavar="BEFORE:AFTER", callback=_pair, help="Judge a deal: heads before and after, such as 5:3."
)
@click.option(
    "--pay",
    "pay_sums",
    metavar="BEFORE:AFTER",
    callback=_pair,
    help="Their pay together before and after, such as 5:4.",
)
@click.option("--work", metavar="BEFORE:AFTER", callback=_pair, help="Work done before and after.  [default: the same]")
@output_options
def command(file: Path | None, **given: Any) -> None:
    """Pay for performance: bonus and penalty by bands, above a legal floor.

    AGENTS (.csv, .xlsx) has columns agent, base_pay, contacts, csat. Or judge a deal such as "three people do five's
    work for four's pay": --people 5:3 --pay 5:4.
    """
    if file is None and given["people"] and given["pay_sums"] and not given["rules"]:
        _deal(given)
    elif file is not None and given["rules"] and not (given["people"] or given["pay_sums"] or given["work"]):
        _agents(file, given)
    else:
        raise click.UsageError("give AGENTS with --rules, or --people with --pay")


def _deal(given: dict[str, Any]) -> None:
    from models.performance_pay import deal

    work = given["work"] or (1.0, 1.0)
    people, pay = given["people"], given["pay_sums"]
    found = deal(people[0], people[1], pay[0], pay[1], work=work[1] / work[0])
    finish(
        {"deal": found},
        ["output and pay per head: times what they were before"],
        out=given["out"],
        as_json=given["as_json"],
        title="Fewer people for more pay each",
        units={"unit_cost_change": "%"},
    )


def _agents(file: Path, given: dict[str, Any]) -> None:
    from models.dates import one_currency
    from models.faults import FaultLog
    from models.performance_pay import AGENTS, RULES, Limits, check_rules, performance_pay
    from models.sheets import read_sheet

    log = FaultLog()
    agents, rules = read_sheet(file, AGENTS, log), read_sheet(given["rules"], RULES, log)
    currency = None if agents is None else one_currency(file.name, agents["currency"], log)
    if agents is not None and agents.empty:
        log.add(file.name, None, None, "", "holds no rows below its header")
    if rules is not None:
        check_rules(given["rules"].name, rules, log)
    log.raise_if_any()
    if agents is None or rules is None:
        raise AssertionError("a file that cannot be read leaves a fault")
    most_bonus = math.inf if given["most_bonus"] is None else given["most_bonus"]
    table = performance_pay(agents, rules, Limits(given["floor"], given["most_penalty"], most_bonus))
    raised = int((table["raised"] > 0).sum())
    notes = [
        f"base pay {table['base_pay'].sum():,.2f}, bonus less penalty {table['bonus'].sum():,.2f}, "
        f"raised to the floor {table['raised'].sum():,.2f} ({raised} of {len(table)} agents), "
        f"together {table['pay'].sum():,.2f}{f' {currency}' if currency else ''}"
    ]
    unrated = int(table["csat"].isna().sum())
    if unrated:
        notes.append(f"{unrated} of {len(table)} agents have no csat: no rule on it applies to them")
    finish({"pay": table}, notes, out=given["out"], as_json=given["as_json"], title="Pay for performance")
