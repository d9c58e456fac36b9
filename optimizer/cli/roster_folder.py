"""`servopt roster DIR`: solve a roster folder, write its files, and say what came out."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from optimizer.cli.roster import STOPPED, end_without_roster

if TYPE_CHECKING:
    from models.roster.case import Lines
    from optimizer.roster.engine import Progress, RosterSolution
    from optimizer.roster.folder import RosterAnswer, RosterOrder

MOST_LINES = 15
MOST_PLACES = 3
CENT = 0.005
NOT_ALWAYS = {"changes.csv", "affected.csv", "explain.csv", "refused.csv"}
"""Files that only some rosters have."""


def answer_folder(
    order: RosterOrder,
    given: Mapping[str, Any],
    out: Path,
    progress: Callable[[Progress], None],
    *,
    explain: bool,
) -> None:
    """Solve, write and print.

    Parameters
    ----------
    given : limits of the search from the command line; None where roster.yaml says
    """
    import json

    from models.files import write_together
    from optimizer.report.roster_files import roster_files
    from optimizer.roster.folder import solve_folder
    from optimizer.roster.result import roster_of

    answer = solve_folder(order, given, progress)
    found, solution = answer.found, answer.solution
    if solution.lines is None:
        end_without_roster(solution)
    result = roster_of(answer.case, solution).result
    notes = (*answer.notes, STOPPED) if solution.interrupted else answer.notes
    files = roster_files(
        found, solution.lines, result, case=answer.case, published=answer.published, notes=notes,
        before=_calendars_before(order, out),
        inputs=answer.inputs,
    )  # fmt: skip
    write_together(out, files)
    for name in NOT_ALWAYS - set(files):  # of another roster that was written here
        (out / name).unlink(missing_ok=True)
    record = json.loads(str(files["roster.json"]))
    money = found.settings.currency
    click.echo(
        f"{result.status}: cost of rules {result.objective:,.2f} {money}, {_bound_words(solution)}, "
        f"{result.seconds:.1f} s, seed {result.seed}"
    )
    for rule, cost in list(record["cost_by_rule"].items())[:MOST_LINES]:
        click.echo(f"  {rule}: {cost:,.2f}")
    _show_cover(record, files, order)
    _show_money(record, money)
    _show_fairness(record)
    if order.few_changes:
        _show_changes(files, record["repair"], money)
    for note in (*record["packs"], *record["notes"]):
        click.echo(f"note: {note}")
    if explain and not solution.interrupted:
        _explain(answer, given, out)
    click.echo(f"written: {out} ({', '.join(name for name in files if '/' not in name)}, calendars/)")
    click.echo(f"next: servopt verify {out}; servopt report {out} (to look at and to print)")


def _calendars_before(order: RosterOrder, out: Path) -> Path:
    """Folder of the calendars that people have: those of the published roster, else of what was written here before."""
    published = order.published
    if published is not None:
        folder = published if published.is_dir() else published.parent
        if (folder / "calendars").is_dir():
            return folder
    return out


def _bound_words(solution: RosterSolution) -> str:
    """Say how far the roster is proved, in money."""
    if not math.isfinite(solution.bound):
        return "no bound yet"
    return f"at least {solution.bound:,.2f} is proved, gap {solution.gap:.2%}"


def _show_cover(record: Mapping[str, Any], files: Mapping[str, str | bytes], order: RosterOrder) -> None:
    """Say what nobody covers, and where; skills that are too few among those on a shift with it."""
    import io

    import pandas as pd

    cover = pd.read_csv(io.StringIO(str(files["cover.csv"])), dtype={"date": str, "skill": str})
    hours = record["uncovered_hours"]
    short = f"{hours:,.1f} h uncovered (cover.csv)" if hours else "every need is covered"
    click.echo(f"cover: {record['shifts']:,} shifts worked, {record['needed']:,} needed; {short}")
    missing = cover[cover["under"] > 0]
    frozen = "" if order.frozen_until is None else order.frozen_until.isoformat()
    for row in missing.head(MOST_LINES).to_dict("records"):
        skill = "" if pd.isna(row["skill"]) else f" with {row['skill']}"
        note = " (a frozen day)" if row["date"] <= frozen else ""
        click.echo(f"  too few: {row['date']} {row['shift']}{skill}: {row['rostered']} of {row['need']}{note}")
    if len(missing) > MOST_LINES:
        click.echo(f"  and {len(missing) - MOST_LINES} more (cover.csv)")


def _show_money(record: Mapping[str, Any], currency: str) -> None:
    money = record["money"]
    parts = ", ".join(f"{name} {money[name]:,.0f}" for name in ("base", "premium", "overtime", "leave"))
    click.echo(
        f"pay: {currency} {money['pay']:,.0f} ({parts}) for {record['hours']:,.0f} h worked;"
        " of it only overtime is in the cost of rules"
    )
    if record["schedule_cost"] is not None:
        less = money["pay"] / record["schedule_cost"] - 1 if record["schedule_cost"] else 0.0
        click.echo(
            f"schedule: {currency} {record['schedule_cost']:,.0f} by its own rows (its wages, shrinkage and seats);"
            f" the roster's pay is {abs(less):.1%} {'more' if less >= 0 else 'less'}"
        )


def _show_fairness(record: Mapping[str, Any]) -> None:
    for row in record["spread"]:
        click.echo(
            f"fair {row['burden']}: {row['on_share']} of {row['people']} people on their share,"
            f" from {row['least']:g} to {row['most']:g}, mean {row['mean']:.1f}"
        )
    if record["requests"]:
        click.echo(f"requests: {record['refused_requests']} of {record['requests']} refused")


def _show_changes(files: Mapping[str, str | bytes], repair: Mapping[str, Any], currency: str) -> None:
    """Say what a repair changes and why, whom it affects, and what it costs."""
    import io

    import pandas as pd

    changes, affected = (pd.read_csv(io.StringIO(str(files[f"{name}.csv"]))) for name in ("changes", "affected"))
    click.echo(f"changes: {len(changes)} days of {len(affected)} people (changes.csv, affected.csv)")
    for row in changes.head(MOST_LINES).to_dict("records"):
        click.echo(f"  {row['employee']} {row['date']}: {row['was']} -> {row['is']} ({row['why']})")
    if len(changes) > MOST_LINES:
        click.echo(f"  and {len(changes) - MOST_LINES} more")
    hours = [f"{row['employee']} {row['hours_more']:+g} h" for row in affected.to_dict("records") if row["hours_more"]]
    if hours:
        more = f" and {len(hours) - MOST_LINES} more" if len(hours) > MOST_LINES else ""
        click.echo(f"hours: {', '.join(hours[:MOST_LINES])}{more}")
    click.echo(
        f"repair: the changes cost {repair['change_cost']:,.2f} {currency}, all other rules"
        f" {repair['cost_without_changes']:,.2f}; those of the published roster {repair['published_cost']:,.2f},"
        f" and it breaks {repair['published_hard_rules_broken']} hard rules by now"
    )


def _explain(answer: RosterAnswer, given: Mapping[str, Any], out: Path) -> None:
    """Say what each soft rule costs in this roster, where, and what would be saved without its price; explain.csv."""
    import pandas as pd

    from models.files import write_csv
    from models.roster.check import check
    from models.roster.summary import rule_table
    from optimizer.roster.explain import rule_prices
    from optimizer.roster.folder import limits_of

    if answer.solution.lines is None:
        return
    limits = limits_of(answer.found, given)
    lines, seconds = answer.solution.lines, limits.time_limit_s
    asked = _explain_refusals(answer, lines, seconds / 2, limits.seed, out)
    prices = rule_prices(answer.case, lines, seconds / 2 if asked else seconds, limits.seed)
    table = rule_table(answer.found, check(answer.case, lines).breaches)
    click.echo("What each rule costs in this roster, and what a roster without its price would save:")
    for one in prices:
        saving = one.how
        if one.saving is not None:
            better = one.saving > one.costs + CENT
            saving = f"saves at least {one.saving:,.2f}" if better else "no more than that was found to be saved"
            saving += f" ({one.how})"
        rows = table[table["rule"] == one.rule]
        click.echo(f"  {one.rule}: {one.costs:,.2f} in {len(rows)} places; {saving}")
        for row in rows.head(MOST_PLACES).to_dict("records"):
            place = " ".join(str(row[name]) for name in ("employee", "date") if not pd.isna(row[name]))
            click.echo(f"      {place}: {row['words']} ({row['cost']:,.2f})")
    written = [(one.rule, one.costs, one.saving, one.how) for one in prices]
    write_csv(out / "explain.csv", pd.DataFrame(written, columns=["rule", "costs", "saving", "how"]))


def _explain_refusals(answer: RosterAnswer, lines: Lines, seconds: float, seed: int, out: Path) -> bool:
    """Say what it would cost to grant each refused request; refused.csv. Returns whether there are any."""
    import pandas as pd

    from models.files import write_csv
    from models.roster.rules import wish_name
    from optimizer.roster.granting import grants, refused

    wishes = refused(answer.case, lines)
    if not wishes:
        return False
    click.echo("What it would cost to grant each refused request:")
    rows, price = [], answer.found.settings.change_price
    for one in grants(answer.case, lines, wishes, seconds, change_price=price, seed=seed):
        wish, date = one.wish, answer.found.calendar.date(one.wish.day).isoformat()
        asked = f"{wish_name(wish)}{f' ({wish.shift})' if wish.shift else ''}"
        rows.append((wish.employee, date, asked, wish.price, one.more, one.days, one.people, one.why))
        said = ""
        if one.more is not None:
            said = f"at most {max(0.0, one.more):,.2f} more, {one.days} days of {one.people} people change; "
        click.echo(f"  {wish.employee} {date} {asked}: {said}{one.why}")
    columns = ["employee", "date", "request", "price", "more", "days_changed", "people", "why"]
    write_csv(out / "refused.csv", pd.DataFrame(rows, columns=columns))
    return True
