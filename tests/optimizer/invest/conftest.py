"""Investment cases made of rows, through the product's own checks; and all choices of a small one."""

import itertools

import numpy as np
import pandas as pd
import pytest

from models.csvtable import typed_table
from models.faults import FaultLog
from models.investment import tables
from models.investment.assembly import Tables, assemble
from models.investment.case import Choice, Start
from models.investment.settings import InvestSettings

SCHEMAS = {
    "initiatives": tables.INITIATIVES,
    "effects": tables.EFFECTS,
    "work": tables.WORK,
    "relations": tables.RELATIONS_TABLE,
    "spends": tables.SPENDS,
    "costs": tables.COSTS,
}
WORK = [
    {"contact_type": "orders", "channel": "phone", "contacts_per_year": 100_000, "aht_s": 300, "repeat_share": 0.2},
    {"contact_type": "orders", "channel": "bot", "contacts_per_year": 50_000, "aht_s": 360, "contained_share": 0.4,
     "unit_price": 0.3},
    {"contact_type": "faults", "channel": "phone", "contacts_per_year": 40_000, "aht_s": 600, "growth_per_year": 0.05},
]  # fmt: skip


def _frame(name, rows):
    schema = SCHEMAS[name]
    cells = pd.DataFrame(rows, columns=[*schema.columns]) if rows else pd.DataFrame(columns=[*schema.columns])
    cells = cells.astype(object).where(cells.notna(), "").map(str)
    cells.index = pd.RangeIndex(2, 2 + len(cells))
    log = FaultLog()
    frame = typed_table(f"{name}.csv", cells, schema, log)
    log.raise_if_any()
    return frame


@pytest.fixture(scope="session")
def build_case():
    def build(initiatives, effects=(), *, work=WORK, relations=(), spends=(), costs=(), years=3, periods=1, **settings):
        given = {"horizon": {"first_year": 2026, "years": years, "periods_per_year": periods}, **settings}
        rows = {"initiatives": initiatives, "effects": effects, "work": work, "relations": relations, "spends": spends,
                "costs": costs}  # fmt: skip
        frames = {name: _frame(name, list(part)) for name, part in rows.items()}
        return assemble(InvestSettings.model_validate(given), Tables(**frames))

    return build


def _keeps(case, choice):
    """Every rule, checked one by one on the choice itself; shares no code with the rows of the program."""
    horizon, settings, periods = case.horizon, case.settings, case.horizon.periods
    when = {case.initiative_of[s.option]: (case.options[s.option], s.period) for s in choice.starts}
    works = {k: period + option.build for k, (option, period) in when.items()}
    if not case.mandatory <= set(when):
        return False
    for a, b in case.relations.needs:
        if a in when and (b not in when or (works[a] < periods and works[b] > works[a])):
            return False
    if any(a in when and b in when for a, b in case.relations.excludes):
        return False
    if any(sum(k in when for k in members) > number for members, number in case.relations.at_most):
        return False
    if settings.budgets:
        taken = dict.fromkeys(horizon.calendar_years, 0.0)
        for option, period in when.values():
            for t in range(periods):
                year = horizon.first_year + t // horizon.periods_per_year
                if 0 <= t - period < len(option.payments):
                    taken[year] += option.payments[t - period]
                if settings.budget_covers == "all" and t >= period + option.build and year in settings.budgets:
                    costs = [(0, option.running_per_year), *option.running_later]
                    now = [amount for after, amount in costs if t >= period + option.build + after][-1]
                    taken[year] += now / horizon.periods_per_year
        left = 0.0
        for year in horizon.calendar_years:
            left = (left if settings.carry_over else 0.0) + settings.budgets.get(year, 0.0) - taken[year]
            if left < -1e-6:
                return False
    for t in range(periods):
        built = [o for o, period in when.values() if period <= t < period + max(1, o.build + o.ramp)]
        if settings.at_most_at_once is not None and len(built) > settings.at_most_at_once:
            return False
        if settings.change_capacity is not None and sum(o.capacity for o in built) > settings.change_capacity + 1e-9:
            return False
    return True


@pytest.fixture(scope="session")
def all_choices():
    def enumerate_choices(case):
        ways = [
            [None, *(Start(o, s) for o in options
                     for s in range(case.options[o].first_start, case.options[o].last_start + 1))]
            for options in case.options_of
        ]  # fmt: skip
        for picked in itertools.product(*ways):
            starts = tuple(start for start in picked if start is not None)
            choice = Choice(starts, np.zeros((len(case.spends), case.horizon.years)))
            if _keeps(case, choice):
                yield choice

    return enumerate_choices


@pytest.fixture(scope="session")
def typed_rows():
    return _frame
