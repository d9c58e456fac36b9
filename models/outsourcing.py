"""Outsource or keep in-house: what each costs a year by volume, where they cost the same, and which to choose."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import pandas as pd
import pandera.pandas as pa

from models.columns import AT_LEAST_ZERO, SHARE, between, number, text

TABLE = pa.DataFrameSchema(
    {
        "option": text("name; the first row is what is done today", "required", unique=True),
        "fixed_cost": number("cost a year whatever the volume, without staff", "currency", "0", AT_LEAST_ZERO),
        "staff_cost": number("staff that is paid whatever the volume, a year", "currency", "0", AT_LEAST_ZERO),
        "second_duties_share": number("part of that staff's time that other duties need anyway", "share", "0", SHARE),
        "cost_per_contact": number("price or variable cost of one contact", "currency", "0", AT_LEAST_ZERO),
        "least_contacts": number("contacts a year that are paid at least", "contacts", "0", AT_LEAST_ZERO),
        "one_off_cost": number("cost of changing to it, once", "currency", "0", AT_LEAST_ZERO),
        "resolved_share": number(
            "contacts that settle the matter",
            "share",
            "not known",
            between(0, 1, "must be above 0, at most 1", above=True),
        ),
        "currency": text("ISO 4217 code; the same in all rows", "that of the others"),
    },
    strict=False,
    name="outsourcing",
    description="Ways to have the service done, one a row; today's first.",
)
_AMOUNTS = ("fixed_cost", "staff_cost", "second_duties_share", "cost_per_contact", "least_contacts", "one_off_cost")


@dataclass(frozen=True)
class Terms:
    """What one way costs.

    Parameters
    ----------
    name : str
        Its name.
    fixed : float
        Money a year, staff included as far as the service needs it.
    unit : float
        Money a contact.
    least : float
        Contacts a year that are paid at least.
    """

    name: str
    fixed: float
    unit: float
    least: float = 0.0

    def cost(self, contacts: float) -> float:
        """Money a year: ``fixed + unit x max(contacts, least)``."""
        return self.fixed + self.unit * max(contacts, self.least)


@dataclass(frozen=True)
class Choice:
    """What to do.

    Parameters
    ----------
    options : DataFrame
        option, cost (a year), cost_per_contact, cost_per_resolution (NaN unless known), saving (a year against the
        first), one_off_cost, payback_months (of that cost by the saving; NaN without a saving); in the order given.
    break_evens : DataFrame
        option, against, contacts (a year at which the two cost the same), cost, cheaper_above (which is cheaper with
        more contacts); of each option against the first.
    choice : str
        The cheapest at the volume; of equals the first.
    notes : tuple of str
        Where cost per resolution says otherwise.
    """

    options: pd.DataFrame
    break_evens: pd.DataFrame
    choice: str
    notes: tuple[str, ...]


def outsourcing(options: pd.DataFrame, contacts: float) -> Choice:
    """Compare ways to have the service done.

    Parameters
    ----------
    options : DataFrame
        The columns of `TABLE`; blanks (NaN) mean their default. The first row is what is done today.
    contacts : float
        Contacts a year, at least 0.

    Returns
    -------
    Choice
        Cost a year of an option: ``fixed_cost + staff_cost x (1 - second_duties_share) + cost_per_contact x
        max(contacts, least_contacts)``. Staff with second duties (a shop's clerks who also answer calls) is not saved
        as far as those duties need it, so that part counts for no option.

    Raises
    ------
    ValueError
        If the volume is negative or there is no option.

    Notes
    -----
    Source: SYSTEMS U6. Break-even analysis of two cost lines: (fixed_b - fixed_a) / (unit_a - unit_b).
    """
    if not contacts >= 0 or options.empty:
        raise ValueError("at least one option and a volume that is not negative are needed")
    filled = options.assign(
        **{name: options[name].fillna(0.0) if name in options.columns else 0.0 for name in _AMOUNTS},
        resolved_share=options["resolved_share"] if "resolved_share" in options.columns else float("nan"),
    )
    terms = [
        Terms(
            str(row["option"]),
            float(row["fixed_cost"] + row["staff_cost"] * (1 - row["second_duties_share"])),
            float(row["cost_per_contact"]),
            float(row["least_contacts"]),
        )
        for row in filled.to_dict("records")
    ]
    table = pd.DataFrame({"option": [one.name for one in terms], "cost": [one.cost(contacts) for one in terms]})
    per_contact = table["cost"] / contacts if contacts else pd.Series(float("nan"), index=table.index)
    table["cost_per_contact"] = per_contact
    table["cost_per_resolution"] = per_contact / filled["resolved_share"].astype(float).to_numpy()
    table["saving"] = table["cost"].iloc[0] - table["cost"]
    table["one_off_cost"] = filled["one_off_cost"].to_numpy(dtype=float)
    table["payback_months"] = 12 * table["one_off_cost"] / table["saving"].where(table["saving"] > 0)
    rows = [
        {"option": other.name, "against": terms[0].name, "contacts": volume, "cost": other.cost(volume),
         "cheaper_above": _cheaper_above(terms[0], other, volume)}
        for other in terms[1:]
        for volume in break_evens(terms[0], other)
    ]  # fmt: skip
    columns = ["option", "against", "contacts", "cost", "cheaper_above"]
    choice = str(table["option"].iloc[int(table["cost"].to_numpy().argmin())])
    return Choice(table, pd.DataFrame(rows, columns=columns), choice, _notes(table, choice))


def break_evens(one: Terms, other: Terms) -> list[float]:
    """Volumes at which two ways cost the same and one becomes cheaper than the other.

    Parameters
    ----------
    one, other : Terms
        Their costs.

    Returns
    -------
    list of float
        Contacts a year above 0, ascending. A least volume bends a cost line, so that there may be several. Where both
        cost the same over a whole stretch, its inner ends count.
    """

    def difference(volume: float) -> float:
        return other.cost(volume) - one.cost(volume)

    knots = sorted({0.0, one.least, other.least})
    found: list[float] = []
    for low, high in pairwise(knots):
        at_low, at_high = difference(low), difference(high)
        if at_low * at_high < 0:
            found.append(low + (high - low) * at_low / (at_low - at_high))
    for knot in knots[1:]:
        if difference(knot) == 0:
            found.append(knot)
    last, slope = knots[-1], other.unit - one.unit
    beyond = -difference(last) / slope if slope else 0.0
    if beyond > 0:
        found.append(last + beyond)
    return sorted(found)


def _cheaper_above(one: Terms, other: Terms, volume: float) -> str:
    step = max(volume, 1.0) * 1e-6
    difference = other.cost(volume + step) - one.cost(volume + step)
    if abs(difference) <= 1e-12 * max(1.0, one.cost(volume)):
        return "neither"
    return one.name if difference > 0 else other.name


def _notes(table: pd.DataFrame, choice: str) -> tuple[str, ...]:
    known = table.dropna(subset=["cost_per_resolution"])
    if len(known) < 2:
        return ()
    best = str(known["option"].iloc[int(known["cost_per_resolution"].to_numpy().argmin())])
    if best == choice:
        return ()
    return (f"by cost per resolution {best} is the cheapest, not {choice}: contacts that settle nothing come back",)
