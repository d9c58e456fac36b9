"""The one-screen summary of a plan in the terminal."""

from __future__ import annotations

import math

import pandas as pd
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from models.words import percent
from optimizer.report.content import ReportContent
from optimizer.report.figures import plan_figures, service_figures
from optimizer.report.words import gap, moment, money, number, share

PROOF = {
    "optimal": "proved optimal",
    "feasible": "best plan found",
    "infeasible": "no plan can meet every rule; this is the best partial plan",
    "no plan": "no plan was found in the time given",
    "failed": "the solver failed",
}


def plan_summary(content: ReportContent) -> RenderableType:
    """Lay out the summary of a plan.

    Parameters
    ----------
    content : ReportContent
        The plan.

    Returns
    -------
    renderable
        For a rich console, about 20 lines of at most 80 columns: contacts, people, hours, cost, expected service of the
        contacts offered, worst interval, abandonment, occupancy, gap, seconds; each pool; what is in conflict.
    """
    parts: list[RenderableType] = [Panel(_totals(content), title=Text(content.title), title_align="left")]
    if len(content.pools) > 1:
        parts.append(_pools(content))
    plan = content.plan
    for title, lines in (("In conflict", plan.conflicts), ("Cheapest way out", plan.relaxation)):
        if lines:
            parts.append(Text(f"{title}:", style="bold red"))
            parts.extend(Text(f"  - {line}") for line in lines)
    return Group(*parts)


def _totals(content: ReportContent) -> Table:
    figures = plan_figures(content)
    currency = content.currency
    grid = content.grid
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    status = str(figures["status"])
    per_contact = money(figures["cost_per_contact"], currency, 2)
    people = (
        f"{number(figures['shifts'])} shifts, at most {number(figures['peak_heads'])} people at a time, "
        f"{number(figures['full_time_equivalents'], 1)} full-time equivalents"
    )
    hours = f"{number(figures['paid_hours'])} paid, of which {number(figures['rostered_hours'])} rostered"
    resolved = money(figures["cost_per_resolved"], currency, 2)
    simulated = simulated_words(content)
    worst = share(figures["worst_service_level"])
    if figures["worst_interval"] is not None:
        pool = f", {figures['worst_pool']}" if len(content.pools) > 1 else ""
        worst += f" on {moment(figures['worst_interval'])}{pool}"
    for name, text in (
        ("Days", f"{grid.dates[0]} to {grid.dates[-1]}, {grid.time_zone}"),
        ("Contacts", number(figures["contacts"])),
        ("People", people),
        ("Hours", hours),
        ("Cost", f"{money(figures['cost'], currency)}; {per_contact} a contact, {resolved} a resolved contact"),
        (
            "Service level",
            f"{share(figures['service_level'])} of {content.counted_of}, {_by(content)} ({promise(content)})",
        ),
        *(() if simulated is None else (("Simulated", f"{simulated[0]} ({simulated[1]})"),)),
        ("Worst interval", worst),
        ("Abandonment", f"{share(figures['abandonment'])}; mean wait {number(figures['mean_wait_s'], 1)} s"),
        ("Occupancy", share(figures["occupancy"])),
        ("Proof", f"{PROOF.get(status, status)}, gap {gap(figures['gap'])}"),
        ("Seconds", number(figures["seconds"], 1)),
    ):
        table.add_row(name, Text(text))
    if figures["uncovered_intervals"]:
        table.add_row("Uncovered", Text(f"{number(figures['uncovered_intervals'])} intervals lack people"))
    return table


def _by(content: ReportContent) -> str:
    """Say whose word the service level is: formulas promise it, unless simulation has corrected them."""
    return "planned for" if content.learnt is None else "by formulas"


def simulated_words(content: ReportContent) -> tuple[str, str] | None:
    """Say the simulated service, and what stands behind it; None where the plan was not simulated."""
    simulated = content.simulated
    if simulated is None:
        return None
    level, half = simulated.total
    between = f" ± {half * 100:.1f}" if math.isfinite(half) else ""
    promised = f"promised {share(simulated.promised[''])}; " if "" in simulated.promised else ""
    runs = f"{number(simulated.replications)} replications, {number(simulated.contacts)} contacts"
    return f"{share(level)}{between}", f"{promised}{runs}; {_days_met(content)}"


def _days_met(content: ReportContent) -> str:
    """Say how many days meet their target by simulation, to its confidence."""
    days = content.simulated.days if content.simulated is not None else pd.DataFrame()
    target = days["pool"].map({name: pool.target for name, pool in content.service.items()})
    met = int((days["simulated"] >= target - days["half_width"].fillna(0.0)).sum())
    return f"{met} of {len(days)} {'days' if len(content.pools) == 1 else 'days of pools'} meet the target"


def promise(content: ReportContent) -> str:
    """Say the promised service in words; of all pools when they promise the same."""
    promised = {(pool.target, pool.within_s) for name, pool in content.service.items() if name in content.pools}
    if len(promised) != 1:
        return "targets differ by pool"
    target, within_s = promised.pop()
    return f"target {percent(target, ' %')} within {within_s:g} s"


def _pools(content: ReportContent) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0))
    table.add_column("Pool", style="bold")
    for name in ("Live contacts", "Paid hours", f"Cost {content.currency}", "Service", "Target", "Abandon", "Busy"):
        table.add_column(name, justify="right", no_wrap=True)
    costs = content.cost.level("total").set_index("pool")
    for pool in content.pools:
        rows = content.plan.coverage[content.plan.coverage["pool"] == pool]
        figures = service_figures(rows)
        cost = costs.loc[pool] if pool in costs.index else None
        table.add_row(
            Text(pool),
            number(rows["contacts"].sum()),
            number(0 if cost is None else cost["paid_hours"]),
            number(0 if cost is None else cost["cost"]),
            share(figures["service_level"]),
            percent(content.service[pool].target, " %"),
            share(figures["abandonment"]),
            share(figures["occupancy"]),
        )
    return table
