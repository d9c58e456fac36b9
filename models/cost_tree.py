"""Cost tree of a service: ledger lines by labour, material, time and other; per contact and per resolution (U8)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.chart import check_ledger, first_rows, match_accounts
from models.faults import FaultLog
from models.money import minor_units, round_money


@dataclass(frozen=True)
class CostTree:
    """A ledger as a tree.

    Parameters
    ----------
    tree : DataFrame
        group, item, amount, share (of the total), cost_per_contact, cost_per_resolution (NaN where not known). First
        comes the total (group "total", item blank), then each group (item blank) followed by its items, both by
        amount. Items add up to groups and groups to the total, to the cent.
    currency : str or None
        Of the amounts, when the ledger names one.
    waiting_shadow_cost : float or None
        What customers' waiting time was worth to them. It is no booking: it is never part of `tree`.
    lines : int
        Ledger lines.
    notes : tuple of str
        Negative items, and what the shadow cost rests on.
    """

    tree: pd.DataFrame
    currency: str | None
    waiting_shadow_cost: float | None
    lines: int
    notes: tuple[str, ...]

    @property
    def total(self) -> float:
        """Sum of the ledger, currency."""
        return float(self.tree["amount"].iloc[0])


def cost_tree(
    ledger: pd.DataFrame,
    mapping: pd.DataFrame,
    *,
    contacts: float | None = None,
    resolved: float | None = None,
    waiting_hours: float | None = None,
    value_of_waiting_hour: float | None = None,
    latest: dt.date | None = None,
    file: str = "ledger",
    mapping_file: str = "mapping",
) -> CostTree:
    """Build the cost tree of a ledger.

    Parameters
    ----------
    ledger : DataFrame
        `models.chart.LEDGER`; the index is the row in the file. Amounts are rounded to the cent.
    mapping : DataFrame
        `models.chart.MAPPING`. The exact account comes before a leading part, a longer leading part before a shorter.
    contacts, resolved : float, optional
        Contacts of the ledger's period, and those that settled the matter; > 0 for a cost per contact.
    waiting_hours, value_of_waiting_hour : float, optional
        Hours customers waited, and what an hour of theirs is worth: shadow cost = their product.
    latest : date, optional
        Last day on which a line may be booked.
    file, mapping_file : str
        Names that faults carry.

    Returns
    -------
    CostTree

    Raises
    ------
    InputFaults
        An account without mapping, several currencies, a date in the future.
    ValueError
        Fewer contacts than resolutions, or a negative figure.
    """
    _check_counts(contacts, resolved, waiting_hours, value_of_waiting_hour)
    log = FaultLog()
    currency = check_ledger(ledger, file, log, None if latest is None else pd.Timestamp(latest))
    cents = account_cents(ledger)
    patterns = match_accounts(cents.index, mapping["account"])
    rows = first_rows(ledger["account"]) if patterns.isna().any() else None
    for account in patterns.index[patterns.isna()]:
        message = f"is not in {mapping_file}; add a row for it (or for * to take every other account)"
        log.add(file, int(rows[account]) if rows is not None else None, "account", account, message, kind="no mapping")
    log.raise_if_any()
    places = mapping.set_index("account")[["group", "item"]].loc[patterns.to_numpy()]
    by_item = cents.groupby([places["group"].to_numpy(), places["item"].to_numpy()]).sum()
    tree = _tree(by_item, contacts, resolved)
    shadow = None
    notes = [
        f"{group} / {item} is negative: credit notes are more than cost; shares of it say little"
        for group, item, amount in zip(tree["group"], tree["item"], tree["amount"], strict=True)
        if amount < 0 and item
    ]
    if waiting_hours is not None and value_of_waiting_hour is not None:
        shadow = round_money(waiting_hours * value_of_waiting_hour)
        notes.append(f"customers' waiting time is worth {shadow:,.2f} to them; it is no booking and not in the total")
    return CostTree(tree, currency, shadow, len(ledger), tuple(notes))


def account_cents(ledger: pd.DataFrame) -> pd.Series:
    """Sum of each account in cents: whole numbers, so that the order of a million lines does not matter."""
    codes, accounts = pd.factorize(ledger["account"].to_numpy(dtype=object))
    sums = np.zeros(len(accounts), dtype=np.int64)
    np.add.at(sums, codes, minor_units(ledger["amount"].to_numpy(dtype=float)))
    return pd.Series(sums, index=pd.Index(accounts, dtype=object))


def _check_counts(
    contacts: float | None, resolved: float | None, waiting_hours: float | None, value: float | None
) -> None:
    for name, figure in (("contacts", contacts), ("resolved", resolved)):
        if figure is not None and not figure > 0:
            raise ValueError(f"{name} must be above 0")
    if contacts is not None and resolved is not None and resolved > contacts:
        raise ValueError(f"{resolved:g} resolved contacts are more than the {contacts:g} contacts")
    if (waiting_hours is None) != (value is None):
        raise ValueError("the shadow cost of waiting needs both the hours and the value of an hour")
    if min(waiting_hours or 0, value or 0) < 0:
        raise ValueError("waiting hours and their value must not be negative")


def _tree(by_item: pd.Series, contacts: float | None, resolved: float | None) -> pd.DataFrame:
    """Rows of the tree, largest first on each level; equal amounts by name."""
    groups = by_item.groupby(level=0).sum()
    rows: list[tuple[str, str, int]] = [("total", "", int(by_item.sum()))]
    for group in sorted(groups.index, key=lambda name: (-groups[name], name)):
        rows.append((str(group), "", int(groups[group])))
        items = by_item[group]
        ordered = sorted(items.index, key=lambda name: (-items[name], name))
        rows += [(str(group), str(item), int(items[item])) for item in ordered]
    tree = pd.DataFrame(rows, columns=["group", "item", "amount"])
    total = rows[0][2]
    cents = tree["amount"].to_numpy(dtype=float)
    tree["amount"] = cents / 100.0
    tree["share"] = cents / total if total else np.nan
    tree["cost_per_contact"] = cents / 100.0 / contacts if contacts else np.nan
    tree["cost_per_resolution"] = cents / 100.0 / resolved if resolved else np.nan
    return tree
