"""A service centre that sells: what its offers earn against what they cost."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from models.columns import AT_LEAST_ZERO, MONEY, SHARE, number, text

ALL_LINES = "all"
TABLE = pa.DataFrameSchema(
    {
        "line": text("what is offered, or to whom", "required", unique=True),
        "contacts": number("contacts of the period", "contacts", "required", AT_LEAST_ZERO, required=True),
        "offer_share": number("share of the contacts in which it is offered", "share", "1", SHARE),
        "conversion": number("share of the offers that are accepted", "share", "required", SHARE, required=True),
        "price": number("revenue of one sale", "currency", "required", AT_LEAST_ZERO, required=True),
        "margin_share": number("contribution margin of the revenue", "share", "1", SHARE),
        "cost": number("cost of offering and selling in the period", "currency", "0", MONEY),
        "currency": text("ISO 4217 code; the same in all rows", "that of the others"),
    },
    strict=False,
    name="profit_centre",
    description="Lines of sales, one a row.",
)


def profit_centre(lines: pd.DataFrame) -> pd.DataFrame:
    """Revenue and margin against cost, by line and for all.

    Parameters
    ----------
    lines : DataFrame
        The columns of `TABLE`; blanks (NaN) mean their default.

    Returns
    -------
    DataFrame
        One row a line, then ``all``: line; offers = contacts x offer_share; sales = offers x conversion; revenue =
        sales x price; margin = revenue x margin_share; cost; result = margin - cost; coverage = margin / cost (NaN
        without cost); conversion (of all: sales / offers); break_even_conversion = cost / (offers x price x
        margin_share), the share of offers that must be accepted to pay for themselves: above 1 no conversion does,
        NaN where an offer can earn nothing. Money of the period.

    Notes
    -----
    Source: SYSTEMS U27, offers x conversion x margin against cost.
    """
    filled = lines.assign(
        **{
            name: lines[name].fillna(default) if name in lines.columns else default
            for name, default in (("offer_share", 1.0), ("margin_share", 1.0), ("cost", 0.0))
        }
    )
    offers = filled["contacts"] * filled["offer_share"]
    sales = offers * filled["conversion"]
    revenue = sales * filled["price"]
    table = pd.DataFrame(
        {
            "line": filled["line"],
            "offers": offers,
            "sales": sales,
            "revenue": revenue,
            "margin": revenue * filled["margin_share"],
            "cost": filled["cost"],
            "most": offers * filled["price"] * filled["margin_share"],
        }
    )
    total = {"line": ALL_LINES, **table.drop(columns="line").sum().to_dict()}
    table = pd.concat([table, pd.DataFrame([total])], ignore_index=True)
    table["result"] = table["margin"] - table["cost"]
    table["coverage"] = table["margin"] / table["cost"].where(table["cost"] > 0)
    table["conversion"] = table["sales"] / table["offers"].where(table["offers"] > 0)
    table["break_even_conversion"] = table["cost"] / table["most"].where(table["most"] > 0)
    columns = ["line", "offers", "conversion", "sales", "revenue", "margin", "cost", "result", "coverage"]
    return table[[*columns, "break_even_conversion"]]
