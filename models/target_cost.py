"""What a service may cost: the price less taxes and the profit that is wanted (U12)."""

from __future__ import annotations

from dataclasses import dataclass

from models.money import round_money


@dataclass(frozen=True)
class TargetCost:
    """Allowed cost and what is missing to it; currency, of one unit (one contact, one contract) or of all."""

    price: float
    tax: float
    profit: float
    allowed_cost: float
    allowed_cost_share: float
    current_cost: float | None
    gap: float | None
    cut_share: float | None


def target_cost(
    price: float,
    *,
    tax: float = 0.0,
    tax_share: float = 0.0,
    profit: float = 0.0,
    profit_share: float = 0.0,
    current_cost: float | None = None,
) -> TargetCost:
    """Deduce the cost that a price allows: C = P - tax - profit.

    Parameters
    ----------
    price : float
        Price the customer pays, with taxes, currency; at least 0.01.
    tax, profit : float
        Amounts, currency; >= 0.
    tax_share, profit_share : float
        The same as shares of the price, in [0, 1]; both forms add up. A value added tax of 21 % on top of the net price
        is 0.21 / 1.21 of the price.
    current_cost : float, optional
        Cost of today, currency; >= 0.

    Returns
    -------
    TargetCost
        `gap` = current cost - allowed cost (positive: too dear), `cut_share` = gap / current cost, both None without a
        current cost, and the share None where that is zero. Amounts are rounded to the cent and add up to the price.

    Raises
    ------
    ValueError
        An argument out of its range, or taxes and profit that leave nothing (allowed cost below zero).

    Notes
    -----
    Source: Horngren, Datar and Rajan, Cost Accounting: A Managerial Emphasis, chapter "Pricing decisions and cost
    management" (target costing).
    """
    if not price >= 0.01:
        raise ValueError("the price must be at least 0.01; take the price of a thousand units if it is less")
    if min(tax, profit, tax_share, profit_share) < 0 or (current_cost is not None and current_cost < 0):
        raise ValueError("tax, profit and current cost must not be negative")
    amount = round_money(price)
    taxes, wanted = round_money(tax + tax_share * price), round_money(profit + profit_share * price)
    if (tax_share + profit_share) * price + tax + profit <= price:
        # rounded up both, the two may be more than a price of cents
        taxes = min(taxes, amount)
        wanted = min(wanted, round_money(amount - taxes))
    allowed = round_money(amount - taxes - wanted)
    if allowed < 0:
        raise ValueError(f"taxes {taxes:,.2f} and profit {wanted:,.2f} are more than the price {amount:,.2f}")
    gap = None if current_cost is None else round_money(round_money(current_cost) - allowed)
    cut = gap / current_cost if gap is not None and current_cost else None
    return TargetCost(amount, taxes, wanted, allowed, allowed / amount, current_cost, gap, cut)
