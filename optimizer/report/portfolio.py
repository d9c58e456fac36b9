"""An investment answer on the screen: what a finance director asks first, first."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from models.investment.case import Choice, InvestmentCase
from models.investment.joint import JointPortfolio
from models.investment.portfolio import ABOUT, AT_LEAST, AT_MOST, Portfolio
from models.investment.pricing import by_year, serve

MOST_REJECTED = 12
MOST_FIGURES = 8
_WORDS = ("", "how sure", "why", "start", "works from", "figure", "year", "when", "plan", "initiatives", "acts on")
"""Columns that hold words."""
_SIDES = {AT_MOST: "≤ ", AT_LEAST: "≥ ", ABOUT: "~ "}
"""Before a figure whose search time ended."""
_ADDS = "(adds to NPV: the NPV with it less that without it, the others chosen anew; so these do not add up to the NPV)"


def portfolio_summary(portfolio: Portfolio) -> RenderableType:
    """Headline, chosen initiatives, money by year, budgets, uncertainty.

    Parameters
    ----------
    portfolio : Portfolio
        With a choice.

    Returns
    -------
    RenderableType
    """
    parts: list[RenderableType] = [_headline(portfolio), _chosen(portfolio), _years(portfolio)]
    if len(portfolio.budget):
        parts.append(_budget(portfolio))
    return Group(*parts, _limits(portfolio), _uncertainty(portfolio))


def initiative_table(case: InvestmentCase) -> Table:
    """Initiatives of a case as they were read: when they may start, what they cost, what they act on."""
    table = _table("", ("initiative", "start", "one-off", "running a year", "acts on"))
    for o, option in enumerate(case.options):
        window = f"{case.horizon.period_name(option.first_start)} to {case.horizon.period_name(option.last_start)}"
        on = ", ".join(dict.fromkeys(effect.on for effect in case.effects if effect.option == o))
        table.add_row(option.label, window, f"{option.one_off:,.0f}", f"{option.running_per_year:,.0f}", on)
    return table


def budget_points(points: pd.DataFrame, currency: str) -> RenderableType:
    """Net present value by budget, as `optimizer.invest.frontier.budget_frontier` gives it."""
    table = _table("", ("Budget", f"NPV {currency}", "gap", "NPV of a unit more, to the next", "initiatives"))
    for _, row in points.iterrows():
        known = pd.notna(row["npv"])
        more = f"{row['npv_per_unit_more']:.2f}" if pd.notna(row["npv_per_unit_more"]) else ""
        names = str(row["initiatives"]) if known else f"no portfolio: {row['status']}"
        gap = ("proved" if row["status"] == "optimal" else f"{row['gap']:.2%}") if known else ""
        table.add_row(f"{row['budget']:,.0f}", f"{row['npv']:,.0f}" if known else "", gap, more, names)
    return table


def explanation(portfolio: Portfolio) -> RenderableType:
    """Why this one and not that one: every initiative with what it adds and what would stand in its place."""
    table = _table("Why", ("initiative", "", _adds_to(portfolio), "why"))
    for _, row in portfolio.decisions.iterrows():
        adds = "" if pd.isna(row["adds_npv"]) else f"{_SIDES.get(row['adds_npv_is'], '')}{row['adds_npv']:+,.0f}"
        table.add_row(_name(row), str(row["decision"]), adds, str(row["reason"]))
    parts: list[RenderableType] = [table]
    rejected = portfolio.rejected
    if rejected is not None:
        what = "more outlay" if portfolio.case.settings.goal == "least_cost" else "of NPV"
        words = f"The best one rejected is {rejected.initiative}: choosing it would cost {rejected.loss:,.0f} {what}. "
        if rejected.price is None and not rejected.for_nothing:
            words += "It would not be chosen if it cost nothing to start."
        elif rejected.price is None:
            words += "Time ended the search for the price at which it would be chosen."
        else:
            words += f"It costs {rejected.one_off_cost:,.0f}; at {rejected.price:,.0f} or less it would be chosen."
            words += "" if rejected.exact else " Time ended the search: perhaps at more, too."
        parts.append(Text(words))
    columns = ("figure", "how sure", "low", "high", "NPV at low", "NPV at high")
    tornado = _table("What moves the NPV most (one figure at a time)", columns)
    for _, row in portfolio.tornado.head(MOST_FIGURES).iterrows():
        ends = (f"{row[name]:,.0f}" if abs(row[name]) >= 1000 else f"{row[name]:.4g}" for name in ("low", "high"))
        npv = (f"{row[name]:,.0f}" for name in ("npv_low", "npv_high"))
        tornado.add_row(str(row["figure"]), str(row["confidence"]), *ends, *npv)
    return Group(*parts, tornado)


def joint_summary(portfolio: JointPortfolio) -> RenderableType:
    """Initiatives and mix decided together: figures, what starts, how the mix moves, what deciding jointly earns."""
    case, returns, result = portfolio.case, portfolio.returns, portfolio.result
    irr = f"{returns.irr:.1%}" if returns.irr is not None else returns.rates.words
    proof = "proved" if result.status == "optimal" else f"at most {result.bound or 0:,.0f} ({result.gap or 0:.2%} more)"
    lines = [
        Text(f"{case.settings.name}: initiatives and channel mix together", style="bold"),
        Text(f"Net present value {returns.npv:,.0f} {case.settings.currency} against today's mix; the best: {proof}"),
        Text(f"IRR {irr}; service costs {portfolio.today.cost_per_year:,.0f} a year today, "
             f"{portfolio.service_costs[-1]:,.0f} at the end"),
    ]  # fmt: skip
    starts = _table("Fund", ("initiative", "start", "works from", "one-off", "running a year"))
    for start in portfolio.choice.starts:
        option, period = case.options[start.option], start.period
        when = case.horizon.period_name(period), case.horizon.period_name(period + option.build)
        starts.add_row(option.label, *when, f"{option.one_off:,.0f}", f"{option.running_per_year:,.0f}")
    ways = _table("What deciding together earns", ("plan", "NPV"))
    for _, row in portfolio.comparison.iterrows():
        ways.add_row(str(row["plan"]), f"{row['npv']:,.0f}")
    return Group(*lines, starts, _mix_share(portfolio), ways)


def _mix_share(portfolio: JointPortfolio) -> RenderableType:
    """Share of all contacts by channel, today and at the end."""
    table = _table("Channel mix (share of contacts)", ("channel", "today", "at the end"))
    today = portfolio.today.priced.cost_by("channel").set_index("channel")["contacts"]
    then = portfolio.states[portfolio.state_of[-1]].priced.cost_by("channel").set_index("channel")["contacts"]
    for channel in portfolio.today.case.channels.name:
        shares = (part.get(channel, 0.0) / part.sum() for part in (today, then))
        table.add_row(channel, *(f"{share:.1%}" for share in shares))
    return table


def _headline(portfolio: Portfolio) -> RenderableType:
    settings, returns, result = portfolio.case.settings, portfolio.returns, portfolio.result
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    irr = f"{returns.irr:.1%}" if returns.irr is not None else returns.rates.words
    payback = "not within the horizon" if returns.payback_years is None else f"{12 * returns.payback_years:.0f} months"
    if not portfolio.outlay:
        irr = payback = "-"
    lines = [
        (
            "Net present value",
            f"{returns.npv:,.0f} {settings.currency} at {settings.discount_rate:.4g} a year, against "
            "today's service going on",
        ),
        (
            "  of it in cash",
            f"{portfolio.npv_cashable:,.0f}; the rest: {portfolio.present_satisfaction:,.0f} assumed value of "
            f"satisfaction, {portfolio.present_capacity:,.0f} paid time that is freed",
        ),
        ("  uncertain", _chances(portfolio)),
        ("Outlay", f"{portfolio.outlay:,.0f} in all, one-off and running"),
        ("IRR / payback", f"{irr} / {payback}"),
    ]
    if returns.benefit_cost is not None and returns.net_roi is not None:
        lines.append(("Benefit over cost", f"{returns.benefit_cost:.2f} (undiscounted)"))
        lines.append(("Net ROI", f"{returns.net_roi:.0%} (benefit over cost less 1, undiscounted)"))
    lines.append(("Proof", _proof(portfolio)))
    for name, value in lines:
        table.add_row(Text(name), Text(value))
    what = "least outlay for the target" if settings.goal == "least_cost" else "most net present value"
    if settings.risk.measure != "likely" and settings.goal == "npv":
        what += f", {settings.risk.measure} over {settings.risk.scenarios} scenarios: {result.objective or 0:,.0f}"
    return Group(Text(f"{settings.name}: {what}", style="bold"), table)


def _chances(portfolio: Portfolio) -> str:
    """Middle of the net present value, chance of a loss, and what rests on effects of little confidence."""
    table, loss = portfolio.quantiles
    middle = table.set_index("measure").loc["npv"]["P50"]
    words = f"{middle:,.0f} in the middle (P50), a loss in {loss:.0%} of samples"
    share = portfolio.unsure_share
    return words + (f"; {share:.0%} of the benefit rests on effects of low confidence" if share is not None else "")


def _proof(portfolio: Portfolio) -> str:
    result = portfolio.result
    if result.status == "optimal":
        return f"best possible, proved ({result.seconds:.1f} s)"
    return f"within {result.gap or 0:.3%} of the best possible, proved ({result.seconds:.1f} s)"


def _chosen(portfolio: Portfolio) -> RenderableType:
    table = _table("Fund", ("initiative", "start", "works from", "one-off", "running a year", _adds_to(portfolio)))
    chosen = portfolio.decisions[portfolio.decisions["decision"] == "chosen"]
    for _, row in chosen.iterrows():
        adds = "" if pd.isna(row["adds_npv"]) else f"{_SIDES.get(row['adds_npv_is'], '')}{row['adds_npv']:,.0f}"
        money = (f"{row[name]:,.0f}" for name in ("one_off_cost", "running_cost_per_year"))
        table.add_row(_name(row), str(row["start"]), str(row["works_from"]), *money, adds)
    rejected = portfolio.decisions[portfolio.decisions["decision"] == "rejected"]
    names = [_name(row) for _, row in rejected.head(MOST_REJECTED).iterrows()]
    more = f" and {len(rejected) - len(names)} more" if len(rejected) > len(names) else ""
    lines = [_ADDS] if chosen["adds_npv"].notna().any() and portfolio.case.settings.goal == "npv" else []
    if not len(chosen):
        lines.append("Nothing: within its rules and budgets no portfolio earns what it costs.")
    lines += [f"{_name(row)}: {row['reason']}" for _, row in chosen[chosen["adds_npv"] < 0].iterrows()]
    lines += [f"Not now: {', '.join(names)}{more} (--explain says why)"] if names else []
    return Group(*([table] if len(chosen) else []), *(Text(line) for line in lines))


def _years(portfolio: Portfolio) -> RenderableType:
    currency = portfolio.case.settings.currency
    table = _table(
        f"Money by year, {currency}",
        ("when", "saving", "of it cash", "revenue", "CSAT value", "running", "one-off", "net"),
    )
    cash = portfolio.savings.set_index("calendar_year")["cashable"]
    for _, row in portfolio.cash_flow.iterrows():
        year = int(row["date"][:4])
        when = f"{'end' if row['year'] else 'start'} {year}"
        paid = (row["running_cost"], row["one_off_cost"], row["net"])
        cells = (row["saving"], cash[year] if row["year"] else 0.0, row["revenue"], row["satisfaction_value"], *paid)
        table.add_row(when, *(f"{value:,.0f}" for value in cells))
    lines = ["(the one-off costs of a year are paid at its start, which is the end of the year before)"]
    if point := portfolio.case.settings.csat.value_per_point:
        lines.append(
            f"(CSAT value: what more satisfaction is taken to be worth, {point:,.0f} {currency} a point and year, by "
            "csat.value_per_point; no cash)"
        )
    return Group(table, *(Text(line) for line in lines))


def _budget(portfolio: Portfolio) -> RenderableType:
    step = portfolio.case.settings.budget_step
    what = "outlay saved by" if portfolio.case.settings.goal == "least_cost" else "NPV of"
    table = _table("Budget", ("year", "budget", "carried in", "spent", "left", "all paid", f"{what} {step:,.0f} more"))
    for _, row in portfolio.budget.iterrows():
        cells = [f"{row[name]:,.0f}" for name in ("budget", "carried_in", "spent", "left", "paid_out")]
        side = _SIDES.get(row["worth_is"], "")
        worth = "" if pd.isna(row["worth_of_step"]) else f"{side}{row['worth_of_step']:,.0f}"
        table.add_row(str(int(row["calendar_year"])), *cells, worth)
    solved = portfolio.budget.dropna(subset=["worth_of_step"])
    covers = "running costs, too" if portfolio.case.settings.budget_covers == "all" else "one-off costs only"
    lines = [f"(budgets pay {covers} (budget_covers); all paid: one-off and running costs of the year)"]
    lines += ["(what a step more is worth: solved again with it)"] if len(solved) else []
    lines += [
        f"{step:,.0f} more in {row['calendar_year']:.0f}: {row['step_changes']}"
        for _, row in solved.iterrows()
        if row["step_changes"]
    ]
    return Group(table, *(Text(line) for line in lines))


def _limits(portfolio: Portfolio) -> RenderableType:
    """Which limits hold the portfolio back, and what one more person of change capacity is worth."""
    settings, capacity, step = portfolio.case.settings, portfolio.capacity, portfolio.capacity_step
    worth = portfolio.budget["worth_of_step"].astype(float)
    binding = [f"the budget of {year}" for year in portfolio.budget.loc[worth >= 0.01, "calendar_year"]]
    if step is not None and step.worth >= 0.01:
        binding.append("change capacity")
    solved = step is not None or bool(worth.notna().any())
    lines = [f"Limits that bind: {', '.join(binding) or 'none'}."] if solved else []
    if settings.change_capacity is not None:
        full = capacity.loc[capacity["people_used"] >= settings.change_capacity - 1e-9, "period"].tolist()
        used = f"all busy in {', '.join(full)}" if full else f"at most {capacity['people_used'].max():g} busy"
        words = f"Change capacity: {settings.change_capacity:g} people, {used} (capacity.csv)."
        if step is not None:
            of = "outlay saved" if settings.goal == "least_cost" else "NPV"
            words += f" One person more: {_SIDES.get(step.worth_is, '')}{step.worth:,.0f} {of} (solved again)"
            words += f": {step.changes}" if step.changes else "."
        lines.append(words)
    return Group(*(Text(line) for line in lines))


def _adds_to(portfolio: Portfolio) -> str:
    """What an initiative does to the objective, as a column is called."""
    settings = portfolio.case.settings
    if settings.goal == "least_cost":
        return "saves outlay"
    return "adds to NPV" if settings.risk.measure == "likely" else f"adds to NPV ({settings.risk.measure})"


def _uncertainty(portfolio: Portfolio) -> RenderableType:
    table, loss = portfolio.quantiles
    npv = table.set_index("measure").loc["npv"]
    people = portfolio.headcount
    words = [
        f"If effects fall within their ranges: NPV {npv['P10']:,.0f} (P10), {npv['P50']:,.0f} (P50), {npv['P90']:,.0f} "
        f"(P90); a loss in {loss:.0%} of {portfolio.case.settings.risk.samples:,} samples.",
    ]
    if npv["P50"] < portfolio.returns.npv - 0.1 * abs(portfolio.returns.npv):
        words.append(
            "(The middle lies below the NPV with every effect as likely: the ranges reach further down than up.)"
        )
    if (costs := _service_costs(portfolio))[0]:
        words.append(
            f"Service in {portfolio.case.horizon.calendar_years[-1]}: {costs[0]:,.0f} as it is today, {costs[1]:,.0f} "
            "with the portfolio (people, those who leave, channels; the initiatives themselves not counted)."
        )
    if people["csat"].notna().all():
        today = portfolio.case.settings.csat.today or 0.0
        words.append(f"Satisfaction: {today:.1%} today, {people['csat'].iloc[-1]:.1%} at the end.")
    if people["heads_needed_today"].any():
        last = people.iloc[-1]
        words.append(
            f"People: {people['heads_needed_today'].iloc[0]:,.1f} full-time needed today, {last['heads_needed']:,.1f} "
            f"at the end ({last['heads_needed_today']:,.1f} without the portfolio); {people['hires'].sum():,.0f} hires."
        )
    return Group(*(Text(text) for text in words))


def _service_costs(portfolio: Portfolio) -> tuple[float, float]:
    """Cost of service in the last year: today's going on, and with the portfolio."""
    case = portfolio.case
    today, then = (
        float(by_year(case, serve(case, choice).cost)[0, -1]) for choice in (Choice.none(case), portfolio.choice)
    )
    return today, then


def _name(row: pd.Series) -> str:
    return f"{row['initiative']} ({row['level']})" if row["level"] else str(row["initiative"])


def _table(title: str, columns: Iterable[str]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for place, name in enumerate(columns):
        words = place == 0 or name in _WORDS
        table.add_column(name, justify="left" if words else "right", overflow="fold", no_wrap=name == "when")
    return table
