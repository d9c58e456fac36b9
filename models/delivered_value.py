"""What an offer is worth to the customer: everything it gives less everything it takes (part of U19)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pandera.pandas as pa

from models.columns import between, number, text

GIVES = ("product", "service", "people", "image")
TAKES = ("price", "time", "energy", "worry")
_LEAST = between(0, 1e13, "must be 0 or more; what an offer takes goes into price, time, energy or worry")
_MEANING = {
    "product": "worth of the product itself to the customer",
    "service": "worth of the service around it",
    "people": "worth of the people that the customer meets",
    "image": "worth of the name",
    "price": "money that the customer pays, over the life of the product",
    "time": "customer's time, in money: hours x what an hour is worth to the customer",
    "energy": "customer's effort, in money",
    "worry": "risk and annoyance, in money",
}

TABLE = pa.DataFrameSchema(
    {"offer": text("offer, ours or a competitor's", "required", unique=True)}
    | {name: number(meaning, "currency", "0", _LEAST) for name, meaning in _MEANING.items()},
    strict=True,
    name="offers.csv",
    description="Offers that a customer chooses between, one a row, in the money of one customer.",
)


@dataclass(frozen=True)
class DeliveredValue:
    """Offers by what they leave the customer.

    Parameters
    ----------
    offers : DataFrame
        As `delivered_value` says.
    notes : tuple of str
        Offers that take more than they give, and ties.
    """

    offers: pd.DataFrame
    notes: tuple[str, ...]


def delivered_value(frame: pd.DataFrame) -> DeliveredValue:
    """Delivered value of each offer: total customer value less total customer cost.

    ``delivered = (product + service + people + image) - (price + time + energy + worry)``.

    Parameters
    ----------
    frame : DataFrame
        Columns of `TABLE`: offer, and eight amounts in currency (NaN counts as 0). Not changed.

    Returns
    -------
    DeliveredValue
        offers: offer, gives, takes, delivered (currency), gives_to_takes (ratio; NaN when nothing is taken), rank
        (equal values share it: 1, 1, 3), behind_best (currency), price_to_match (the price at which the offer
        delivers as much as the best other one; below 0 when no price does), most delivered first.

    Raises
    ------
    KeyError
        If there is no column offer.

    Notes
    -----
    Source: SYSTEMS customers, issue part "delivered value"; Kotler, Marketing Management (1997), ch. 2.
    """
    parts = frame.reindex(columns=[*GIVES, *TAKES]).astype(float).fillna(0.0)
    gives, takes = parts[list(GIVES)].sum(axis=1).to_numpy(), parts[list(TAKES)].sum(axis=1).to_numpy()
    delivered = np.round(gives - takes, 9)
    table = pd.DataFrame({"offer": frame["offer"].to_numpy(), "gives": gives, "takes": takes, "delivered": delivered})
    table["gives_to_takes"] = gives / np.where(takes > 0, takes, np.nan)
    table["rank"] = table["delivered"].rank(method="min", ascending=False).astype(int)
    table["behind_best"] = delivered.max(initial=-np.inf) - delivered if len(table) else delivered
    others = [np.delete(delivered, at).max(initial=-np.inf) for at in range(len(table))]
    rival = np.array(others, dtype=float)
    table["price_to_match"] = np.where(np.isfinite(rival), parts["price"].to_numpy() + delivered - rival, np.nan)
    notes = [f"{name} takes more than it gives." for name in table.loc[table["delivered"] < 0, "offer"]]
    ties = table.loc[table["rank"].duplicated(keep=False), ["rank", "offer"]]
    notes += [f"{', '.join(names)} share rank {rank}." for rank, names in ties.groupby("rank")["offer"]]
    return DeliveredValue(table.sort_values("rank", kind="stable", ignore_index=True), tuple(notes))
