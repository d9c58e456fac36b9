"""`servopt calc erlang`: agents for one interval."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import Any

import click

from optimizer.cli.calculating import POSITIVE, Finite

SYSTEMS = ("U1",)
EXAMPLE = "servopt calc erlang --arrivals 100 --aht-s 180"
ORACLE_TEST = "tests/models/test_queueing.py"
_SHARE = Finite(0, 1, min_open=True, max_open=True)


@click.command(name="erlang")
@click.option("--arrivals", type=Finite(0), required=True, help="Contacts offered in the interval.")
@click.option("--interval-min", type=POSITIVE, default=30.0, show_default=True, help="Length of the interval, minutes.")
@click.option("--aht-s", type=POSITIVE, required=True, help="Average handle time, seconds.")
@click.option("--target", type=_SHARE, default=0.8, show_default=True, help="Service level: share served in time.")
@click.option("--within-s", type=Finite(0), default=20.0, show_default=True, help="In time means, seconds.")
@click.option(
    "--model",
    type=click.Choice(["erlang-a", "erlang-c", "erlang-b"]),
    help="Contacts abandon (a), wait for ever (c), or are lost when all are busy (b).  [default: a with --patience-s,"
    " else c]",
)
@click.option("--patience-s", type=POSITIVE, help="Mean time until a waiting contact abandons, seconds.")
@click.option("--definition", type=click.Choice(["offered", "answered", "without_short_abandons"]), default="offered",
              show_default=True, help="What the service level is a share of.")  # fmt: skip
@click.option("--short-abandon-s", type=Finite(0), default=5.0, show_default=True,
              help="Who abandons sooner is a short abandon, seconds.")  # fmt: skip
@click.option("--abandonment-cap", type=_SHARE, help="Most that may abandon, share.")
@click.option("--occupancy-cap", type=Finite(0, 1, min_open=True), help="Most that agents may be busy, share.")
@click.option("--concurrency", type=Finite(1), default=1.0, show_default=True, help="Chats per agent at once.")
@click.option("--slowdown", type=Finite(0), default=0.0, show_default=True,
              help="Lengthening of --aht-s for each further chat at once, share.")  # fmt: skip
@click.option("--shrinkage", type=Finite(0, 1, max_open=True), default=0.0, show_default=True,
              help="Share of rostered heads that is not at work.")  # fmt: skip
@click.option("--agents", type=click.IntRange(0), help="Look at this number of agents, not at the required one.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(**given: Any) -> None:
    """Agents for one interval, and what one more or one fewer would give.

    \b
    servopt calc erlang --arrivals 100 --aht-s 180                      Erlang C, 80 % within 20 s
    servopt calc erlang --arrivals 100 --aht-s 180 --patience-s 120     Erlang A
    """  # noqa: D301 - click's mark for lines that are not to be wrapped
    from models.queueing import ServiceGoal, aht_at_concurrency
    from models.queueing.calculator import staffing

    model = given["model"] or ("erlang-a" if given["patience_s"] else "erlang-c")
    if model == "erlang-a" and not given["patience_s"]:
        raise click.UsageError("erlang-a needs --patience-s; without it nobody abandons, which is --model erlang-c")
    if model == "erlang-b" and given["definition"] == "answered" and given["abandonment_cap"] is None:
        raise click.UsageError(
            "in erlang-b everybody who is answered is answered at once, so any number of agents reaches the target;"
            " give --abandonment-cap (the most that may be lost), or --definition offered"
        )
    goal = ServiceGoal(
        given["target"],
        given["within_s"],
        given["definition"],
        given["short_abandon_s"],
        given["abandonment_cap"],
        given["occupancy_cap"],
        model,
    )
    aht_s = aht_at_concurrency(given["aht_s"], given["concurrency"], given["slowdown"])
    answer = staffing(
        given["arrivals"],
        given["interval_min"],
        aht_s,
        goal,
        patience_s=given["patience_s"] or math.inf,
        concurrency=given["concurrency"],
        shrinkage=given["shrinkage"],
        agents=given["agents"],
    )
    if given["as_json"]:
        fields = {"model": model, "aht_s": aht_s, "goal": asdict(goal), **asdict(answer)}
        click.echo(json.dumps(_finite(fields), indent=2))
    else:
        _show(answer, goal, aht_s)


def _show(answer: Any, goal: Any, aht_s: float) -> None:
    """Print the answer as a table."""
    from rich.console import Console
    from rich.table import Table

    names = {"erlang-a": "Erlang A", "erlang-c": "Erlang C", "erlang-b": "Erlang B"}
    caps = [
        f", {what} at most {cap:.4g}"
        for what, cap in (("abandonment", goal.abandonment_cap), ("occupancy", goal.occupancy_cap))
        if cap is not None
    ]
    console = Console(highlight=False)
    console.print(
        f"{names[goal.model]}: load {answer.load_erlang:.4g} erlang (AHT {aht_s:.4g} s); goal {goal.target:.4g} of"
        f" {goal.definition.replace('_', ' ')} within {goal.within_s:g} s{''.join(caps)}"
    )
    console.print(f"[bold]Required: {answer.required_agents} agents, {answer.required_heads} rostered heads[/bold]")
    table = Table()
    for name in ("agents", "heads", "SL", "ASA s", "occupancy", "abandoned", "P(wait)", "goal met"):
        table.add_column(name, justify="right")
    for row in answer.rows:
        table.add_row(
            f"> {row.agents}" if row.agents == answer.shown_agents else str(row.agents),
            str(row.heads),
            f"{row.service_level:.2%}",
            "no end" if math.isinf(row.asa_s) else f"{row.asa_s:.2f}",
            f"{row.occupancy:.2%}",
            f"{row.abandonment:.2%}",
            f"{row.p_wait:.5f}",
            "yes" if row.meets_goal else "no",
        )
    console.print(table)


def _finite(value: Any) -> Any:
    """Replace what JSON cannot say (a wait without end) by null."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
