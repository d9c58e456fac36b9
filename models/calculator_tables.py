"""The tables that `servopt calc` reads: which calculator, which example, which columns (data/finance/columns.md)."""

from __future__ import annotations

import importlib

import pandera.pandas as pa

READ_BY: dict[str, tuple[tuple[str, str, str], ...]] = {
    "abc": (("abc_values.csv", "tiers", "TABLE"),),
    "activity-cost": (
        ("ledger.csv", "chart", "LEDGER"),
        ("activities.csv", "activity_cost", "ACTIVITIES"),
        ("activity_drivers.csv", "activity_cost", "DRIVERS"),
        ("contact_volumes.csv", "activity_cost", "VOLUMES"),
    ),
    "attrition": (("attrition.csv", "attrition", "TABLE"),),
    "budget": (("budget.csv", "budget", "TABLE"),),
    "cascade": (("units.csv", "target_cascade", "TABLE"),),
    "complaints": (("complaints.csv", "complaints", "TABLE"),),
    "cost-tree": (("ledger.csv", "chart", "LEDGER"), ("ledger_mapping.csv", "chart", "MAPPING")),
    "delivered-value": (("offers.csv", "delivered_value", "TABLE"),),
    "drivers": (("drivers.csv", "drivers", "TABLE"),),
    "focus": (("cost_lines.csv", "focus", "TABLE"),),
    "high-low": (("monthly_volume_cost.csv", "high_low", "TABLE"),),
    "life-cycle": (("life_cycle.csv", "life_cycle", "TABLE"),),
    "measures": (("measures.csv", "measures", "TABLE"), ("weights.csv", "measures", "WEIGHTS")),
    "mentions": (("mentions.csv", "mentions", "TABLE"),),
    "outsourcing": (("outsourcing.csv", "outsourcing", "TABLE"),),
    "pay": (("agents.csv", "performance_pay", "AGENTS"), ("pay_rules.csv", "performance_pay", "RULES")),
    "profit-centre": (("profit_centre.csv", "profit_centre", "TABLE"),),
    "rfm": (("orders.csv", "purchases", "TABLE"), ("customers.csv", "purchases", "CUSTOMERS")),
    "roi": (("roi_flows.csv", "return_table", "TABLE"),),
    "standard": (("estimates.csv", "cost_standard", "TABLE"),),
    "tiers": (("customer_values.csv", "tiers", "TABLE"),),
    "variance": (("variances.csv", "variance", "TABLE"),),
}
"""Calculator -> its tables: the example in data/finance, the module of `models` and the name of the schema in it."""


def calculator_tables() -> dict[str, tuple[pa.DataFrameSchema, tuple[str, ...]]]:
    """Schemas of the tables by their example file, each with the calculators that read it.

    Returns
    -------
    dict of str to (DataFrameSchema, tuple of str)
        In the order of the file names.
    """
    found: dict[str, tuple[pa.DataFrameSchema, tuple[str, ...]]] = {}
    for calculator, tables in READ_BY.items():
        for file, module, name in tables:
            schema = getattr(importlib.import_module(f"models.{module}"), name)
            found[file] = (schema, (*found.get(file, (schema, ()))[1], calculator))
    return dict(sorted(found.items()))
