"""The files of an investment answer: all of them are written, or none.

invest.json (status, proof, figures, notes), portfolio.csv (what was decided and why), cash_flow.csv (by year; `servopt
calc roi` reads it), budget.csv, capacity.csv (people of change by period), savings.csv (where they come from; cash and
capacity apart), headcount.csv, service.csv (work by period), ledger.csv and ledger_today.csv (cost of all years;
`servopt calc cost-tree` reads them with ledger_mapping.csv), tornado.csv, and spends.csv where there are spends.
"""

from __future__ import annotations

import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from models.files import csv_text, write_together
from models.investment.case import Choice, InvestmentCase
from models.investment.joint import JointPortfolio
from models.investment.ledger import ledger, ledger_mapping
from models.investment.portfolio import Portfolio
from models.jsonfile import json_text
from models.return_table import return_figures

_IN_CENTS = ("portfolio.csv", "budget.csv", "tornado.csv", "ledger.csv", "ledger_today.csv", "comparison.csv")
_DECIMALS = 6
_AMOUNTS = {
    "saving", "revenue", "satisfaction_value", "tax", "benefit", "one_off_cost", "running_cost", "cost", "net",
    "running_cost_per_year", "adds_npv", "budget", "carried_in", "spent", "left", "paid_out", "step", "worth_of_step",
    "of_people", "of_prices", "of_leavers", "of_money", "capacity", "cashable", "surplus_pay", "people_cost_today",
    "people_cost", "prices_today", "prices", "amount", "npv", "npv_low", "npv_high", "span",
}  # fmt: skip
"""Columns of money."""


def portfolio_record(portfolio: Portfolio) -> dict[str, Any]:
    """Content of invest.json: plain values; what is not known is null."""
    case, settings = portfolio.case, portfolio.case.settings
    table, loss_share = portfolio.quantiles
    figures: dict[str, Any] = return_figures(portfolio.returns)
    chosen = portfolio.decisions[portfolio.decisions["decision"] == "chosen"]
    return {
        "name": settings.name,
        "currency": settings.currency,
        "horizon": {"first_year": case.horizon.first_year, "years": case.horizon.years},
        "discount_rate": settings.discount_rate,
        "goal": settings.goal,
        "risk": settings.risk.measure,
        "settings": settings.model_dump(mode="json"),
        "result": asdict(portfolio.result),
        "payments": payments(case, portfolio.choice),
        "running": running_costs(case, portfolio.choice),
        "due_later": due_later(case, portfolio.choice),
        "chosen": chosen[["initiative", "level", "start", "adds_npv"]].to_dict("records"),
        "figures": figures | {"npv_cashable": portfolio.npv_cashable, "outlay": portfolio.outlay},
        "irr_words": portfolio.returns.rates.words,
        "quantiles": table.to_dict("records"),
        "loss_share": loss_share,
        "low_confidence_share": portfolio.unsure_share,
        "budget": portfolio.budget.to_dict("records"),
        "one_more_person": None if portfolio.capacity_step is None else asdict(portfolio.capacity_step),
        "best_rejected": None if portfolio.rejected is None else asdict(portfolio.rejected),
        "conflicts": list(portfolio.conflicts),
        "relaxation": list(portfolio.relaxation),
        "notes": list(portfolio.notes),
    }


def payments(case: InvestmentCase, choice: Choice) -> list[dict[str, Any]]:
    """One-off costs as they are paid: initiative, period, amount; what falls due after the last period is left out."""
    periods = case.horizon.periods
    return [
        {"initiative": option.initiative, "period": case.horizon.period_name(t), "amount": float(amount)}
        for start in choice.starts
        for option in [case.options[start.option]]
        for t, amount in enumerate(option.paid(start.period, periods))
        if amount > 0
    ]


def running_costs(case: InvestmentCase, choice: Choice) -> list[dict[str, Any]]:
    """Running costs of what was started, where they change: initiative, period, money a year from then on."""
    found = []
    for start in choice.starts:
        option = case.options[start.option]
        flows = option.running(start.period, case.horizon.periods)
        for t in np.flatnonzero(np.diff(flows, prepend=0.0)).tolist():
            period = case.horizon.period_name(t)
            found.append({"initiative": option.initiative, "period": period, "per_year": float(flows[t])})
    return found


def due_later(case: InvestmentCase, choice: Choice) -> dict[str, float]:
    """One-off costs by initiative that fall due after the last period, where there are any."""
    options = [(case.options[start.option], start.period) for start in choice.starts]
    rest = {one.initiative: one.one_off - float(one.paid(begin, case.horizon.periods).sum()) for one, begin in options}
    return {name: amount for name, amount in rest.items() if amount > 0.005}


def spends_table(portfolio: Portfolio) -> pd.DataFrame:
    """Amounts of the spends: initiative, calendar_year, amount, change (what the curve gives at it)."""
    years = portfolio.case.horizon.calendar_years
    rows = [
        (spend.name, year, float(amount), math.expm1(spend.log_factor(float(amount))))
        for spend, amounts in zip(portfolio.case.spends, portfolio.choice.spends, strict=True)
        for year, amount in zip(years, amounts, strict=True)
    ]
    return pd.DataFrame(rows, columns=["initiative", "calendar_year", "amount", "change"])


def write_portfolio(folder: str | Path, portfolio: Portfolio) -> list[Path]:
    """Write every file of an answer.

    Parameters
    ----------
    folder : str or Path
        Created when missing; files of the same name are replaced, invest.json last.
    portfolio : Portfolio

    Returns
    -------
    list of Path
        What was written.
    """
    frames = {
        "portfolio.csv": portfolio.decisions,
        "cash_flow.csv": portfolio.cash_flow.assign(currency=portfolio.case.settings.currency),
        "budget.csv": portfolio.budget,
        "capacity.csv": portfolio.capacity,
        "savings.csv": portfolio.savings,
        "headcount.csv": portfolio.headcount,
        "service.csv": portfolio.service,
        "ledger.csv": ledger(portfolio.case, portfolio.choice),
        "ledger_today.csv": ledger(portfolio.case, Choice.none(portfolio.case)),
        "ledger_mapping.csv": ledger_mapping(),
        "tornado.csv": portfolio.tornado,
    }
    if portfolio.case.spends:
        frames["spends.csv"] = spends_table(portfolio)
    return _write(folder, frames, "invest.json", portfolio_record(portfolio), "joint.json")


def _write(
    folder: str | Path, frames: dict[str, pd.DataFrame], name: str, record: dict[str, Any], other: str
) -> list[Path]:
    """Write tables and the record, all or none; the record of another answer, whose tables they replace, goes."""
    texts = {file: csv_text(_tidy(file, frame)) for file, frame in frames.items()}
    texts[name] = json_text(record)
    written = write_together(folder, texts)
    (Path(folder) / other).unlink(missing_ok=True)
    return written


def _tidy(file: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Round amounts: to cents in tables that are only read, to `_DECIMALS` where further sums are made of them.

    Effects, rates, shares and contacts keep all their digits.
    """
    amounts = {
        name: 2 if file in _IN_CENTS else _DECIMALS
        for name in frame.columns
        if name in _AMOUNTS and pd.api.types.is_float_dtype(frame[name].dtype)
    }
    return frame.round(amounts)


def write_joint(folder: str | Path, portfolio: JointPortfolio) -> list[Path]:
    """Write a joint answer: joint.json, portfolio.csv, cash_flow.csv, mix.csv (by state), comparison.csv.

    Parameters
    ----------
    folder : str or Path
        Created when missing; files of the same name are replaced, joint.json last.
    portfolio : JointPortfolio

    Returns
    -------
    list of Path
        What was written.
    """
    case = portfolio.case
    frames = {
        "portfolio.csv": started_table(case, portfolio.choice),
        "cash_flow.csv": portfolio.cash_flow.assign(currency=case.settings.currency),
        "mix.csv": portfolio.mix_table,
        "comparison.csv": portfolio.comparison,
    }
    figures: dict[str, Any] = return_figures(portfolio.returns)
    record = {
        "name": case.settings.name,
        "currency": case.settings.currency,
        "discount_rate": case.settings.discount_rate,
        "result": asdict(portfolio.result),
        "figures": figures,
        "service_cost_per_year": {
            "today": portfolio.today.cost_per_year,
            **{case.horizon.period_name(t): float(cost) for t, cost in enumerate(portfolio.service_costs)},
        },
        "notes": list(portfolio.notes),
    }
    return _write(folder, frames, "joint.json", record, "invest.json")


def started_table(case: InvestmentCase, choice: Choice) -> pd.DataFrame:
    """What a choice starts: initiative, level, decision, start, works_from, one_off_cost, running_cost_per_year."""
    rows = [
        (
            option.initiative, option.level, "chosen", case.horizon.period_name(start.period),
            case.horizon.period_name(start.period + option.build), option.one_off, option.running_per_year,
        )
        for start in choice.starts
        for option in [case.options[start.option]]
    ]  # fmt: skip
    columns = ["initiative", "level", "decision", "start", "works_from", "one_off_cost", "running_cost_per_year"]
    return pd.DataFrame(rows, columns=columns)
