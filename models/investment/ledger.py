"""What service costs in every year, today's and with a portfolio, as ledgers that `servopt calc cost-tree` reads."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.investment.case import Choice, InvestmentCase
from models.investment.pricing import Service, by_year, outlays, serve

MAPPING = {
    "people at work": ("labour", "pay"),
    "people who are there anyway": ("labour", "pay"),
    "replacing those who leave": ("labour", "training"),
    "channels and vendors": ("other", "prices of contacts"),
    "effects in money": ("other", "effects in money"),
    "initiatives, one-off": ("other", "initiatives"),
    "initiatives, running": ("other", "initiatives"),
}
"""Account to group and item of the tree."""


def ledger(case: InvestmentCase, choice: Choice) -> pd.DataFrame:
    """Book what service and initiatives cost with every effect as likely; nothing chosen: today's going on.

    Returns
    -------
    DataFrame
        date (last day of the year), account (of `MAPPING`), amount, currency; accounts of 0 are left out.
    """
    service = serve(case, choice)
    years = [f"{year}-12-31" for year in case.horizon.calendar_years]
    one_off, running = outlays(case, choice)
    amounts = _service_accounts(service) | {"initiatives, one-off": one_off, "initiatives, running": running}
    rows = [
        (date, account, float(amount))
        for account in MAPPING
        for date, amount in zip(years, by_year(case, amounts[account]), strict=True)
        if abs(amount) >= 0.005
    ]
    return pd.DataFrame(rows, columns=["date", "account", "amount"]).assign(currency=case.settings.currency)


def _service_accounts(service: Service) -> dict[str, np.ndarray]:
    return {
        "people at work": service.people_cost[0].sum(axis=0),
        "people who are there anyway": np.full(service.heads.shape[1], service.standing_cost),
        "replacing those who leave": service.leaver_cost[0],
        "channels and vendors": service.channel_cost[0].sum(axis=0),
        "effects in money": service.cost_change[0],
    }


def ledger_mapping() -> pd.DataFrame:
    """Return account, group and item of every account."""
    return pd.DataFrame([(account, *place) for account, place in MAPPING.items()], columns=["account", "group", "item"])
