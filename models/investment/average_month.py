"""A mix case of one average month, which is what initiatives and mix are decided on together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.mix.case import MixCase
from models.mix.records import CostTable
from models.mix.today import today_flow


def average_month(mix: MixCase, tables: tuple[CostTable, ...] | None = None) -> MixCase:
    """Return a mix case of one average month.

    Parameters
    ----------
    mix : MixCase
        With today.csv.
    tables : tuple of CostTable, optional
        What people cost, in place of the case's own.

    Returns
    -------
    MixCase
        Issues are the mean of its periods; channels are there in full, as in its last period; how fast a mix may change
        (change.per_period) does not count. People cost what their schedules do, by the steps of the cost tables, where
        the case has them.

    Raises
    ------
    ValueError
        If the mix has no today.csv.
    """
    if today_flow(mix) is None:
        raise ValueError("today's mix is not known: today.csv is missing")
    settings, channels, count = mix.settings, mix.channels, len(mix.periods)
    change = settings.change.model_copy(update={"per_period": None})
    budget = None if settings.budget is None else settings.budget / count
    return replace(
        mix,
        settings=settings.model_copy(update={"change": change, "budget": budget}),
        periods=("average month",),
        days=np.array([float(mix.days.mean())]),
        issues=mix.issues.mean(axis=2, keepdims=True),
        channels=replace(
            channels,
            min_contacts=channels.min_contacts[:, -1:],
            max_contacts=channels.max_contacts[:, -1:],
            ramp=channels.ramp[:, -1:],
        ),
        cost_tables=mix.cost_tables if tables is None else tables,
    )


def at_least(mix: MixCase) -> MixCase:
    """Return the case with people at what is proved that they cost at least; 0 where nothing is proved."""
    tables = []
    for table in mix.cost_tables:
        known = np.maximum.accumulate(np.nan_to_num(table.least_per_week, nan=0.0))
        tables.append(replace(table, cost_per_week=np.minimum(known, table.cost_per_week)))
    planes = tuple(replace(one.scaled(one.least_share), least_share=1.0) for one in mix.cost_planes)
    return replace(mix, cost_tables=tuple(tables), cost_planes=planes)
