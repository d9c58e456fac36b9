"""The chart of cost: ledger accounts to the branches of the cost tree, by exact account or by leading characters."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from models.columns import MONEY, number, one_of, text
from models.faults import FaultLog
from models.money import EXACT

BRANCHES: dict[str, tuple[str, ...]] = {
    "labour": ("pay", "bonus", "allowances", "training", "welfare"),
    "material": ("premises", "equipment", "collateral"),
    "time": ("response", "handling", "waiting"),
    "other": ("returns", "complaint handling", "relationship"),
}
"""Groups of the cost tree and the items that usually stand below them; a mapping may name further items."""

LEDGER = pa.DataFrameSchema(
    {
        "account": text("ledger account", "required"),
        "amount": number("amount; credit notes are negative", "currency", "required", MONEY, required=True),
        "date": text("date of the booking, ISO", "unknown"),
        "cost_centre": text("cost centre", "none"),
        "currency": text("currency of the amount", "that of the other rows"),
    },
    strict=False,
    name="ledger",
    description="Ledger lines, one a row. Further columns are ignored.",
)

MAPPING = pa.DataFrameSchema(
    {
        "account": text(
            'account, or its first characters and a star ("40*"; "*" is every other one)', "required", unique=True
        ),
        "group": text("group of the tree", "required", one_of(tuple(BRANCHES))),
        "item": text("item below the group, such as pay", "required"),
    },
    strict=False,
    name="mapping",
    description="Where accounts belong in the cost tree, one account or range of accounts a row.",
)


def match_accounts(accounts: pd.Index, patterns: pd.Series) -> pd.Series:
    """Find the pattern that holds for each account: the account itself, else the longest leading part.

    Parameters
    ----------
    accounts : Index of str
        Distinct accounts.
    patterns : Series of str
        Accounts or leading parts with a star, each once.

    Returns
    -------
    Series of str
        By account; None where no pattern holds.
    """
    exact = {str(pattern) for pattern in patterns if not str(pattern).endswith("*")}
    leading = sorted((str(p)[:-1] for p in patterns if str(p).endswith("*")), key=len, reverse=True)
    found: dict[str, str | None] = {}
    for account in map(str, accounts):
        start = next((part for part in leading if account.startswith(part)), None)
        found[account] = account if account in exact else None if start is None else f"{start}*"
    return pd.Series(found, dtype=object)


def check_ledger(ledger: pd.DataFrame, file: str, log: FaultLog, latest: pd.Timestamp | None) -> str | None:
    """Check currency, dates and size of ledger lines; the currency, if one is named."""
    from models.dates import one_currency, read_dates

    if ledger["amount"].abs().sum() * 100.0 >= EXACT:
        log.add(file, None, "amount", "", "the amounts are too large to be added up to the cent; split the file")
    if "date" in ledger and latest is not None:
        read_dates(file, ledger["date"], log, latest=latest.date(), why="is booked in the future")
    return one_currency(file, ledger["currency"], log) if "currency" in ledger else None


def first_rows(column: pd.Series) -> pd.Series:
    """Row (of the file) on which each value stands first, by value."""
    kept = column.drop_duplicates()
    return pd.Series(kept.index, index=kept.to_numpy())
