"""A made-up plan to report: two pools over the week in which the clocks change, with every field filled."""

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from models.breaks import Break, format_breaks
from models.calendar import TimeGrid
from models.cost import PayRules, Premium, price
from models.costtable import contact_counts, cost_report
from models.plan import PlanRecord, ShiftPlan, StageResult
from optimizer.report.content import PoolService, ReportContent

ZONE = "Europe/Amsterdam"
NASTY = '<script>alert(1)</script> & "quotes" {{plotly}} =1+1'


def _shape(minute_of_day):
    """Two humps a day, as contact centres have them."""
    hour = minute_of_day / 60
    return np.exp(-((hour - 10.5) ** 2) / 5) + 0.7 * np.exp(-((hour - 15) ** 2) / 7)


def _coverage(grid, peaks):
    parts = []
    for pool, peak in peaks.items():
        is_open = (grid.minute_of_day >= 480) & (grid.minute_of_day < 1200) & (grid.weekday < 6)
        shape = _shape(grid.minute_of_day[is_open]) * (1.15 - 0.06 * grid.weekday[is_open])
        need = np.ceil(peak / 4 * shape).astype(int) + 1
        on_duty = need + (np.arange(len(need)) * 7 % 3)
        on_break = (np.arange(len(need)) % 5 == 0).astype(int)
        productive = 0.94 * on_duty
        service = np.clip(0.62 + 0.13 * (productive - need + 1), 0, 1)
        columns = {
            "start": grid.starts[is_open],
            "pool": pool,
            "contacts": peak * shape,
            "aht_s": 240.0,
            "agents_floor": need - 1,
            "agents_target": need,
            "heads": on_duty + on_break,
            "on_break": on_break,
            "on_duty": on_duty,
            "productive": productive,
            "deferrable_done": 0.0,
            "service_level": service,
            "abandonment": 0.2 * (1 - service),
            "occupancy": np.clip(need / (productive + 2), 0, 1),
            "mean_wait_s": 60 * (1 - service),
            "marginal_price": np.where(productive <= need, 12.5, 0.0),
            "counted": peak * shape,
        }
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)


def _schedule(grid, peaks):
    rows = []
    for pool, peak in peaks.items():
        for date in grid.dates:
            if date.weekday() == 6:
                continue
            for shift, hour, paid in (("full day", 8, 480), ("full day", 9, 450), ("late", 14, 330)):
                start = pd.Timestamp(f"{date} {hour:02d}:00").tz_localize(ZONE)
                breaks = (Break(240, 30, "meal", False),) if paid > 330 else (Break(150, 15, "rest", True),)
                end = start + pd.Timedelta(minutes=paid + (30 if paid > 330 else 0))
                rows.append(
                    {
                        "pool": pool,
                        "date": str(date),
                        "shift": shift,
                        "start": start.isoformat(),
                        "end": end.isoformat(),
                        "paid_min": paid,
                        "breaks": format_breaks(start, breaks),
                        "count": max(1, peak // 8),
                        "cost_each": 0.0,
                    }
                )
    return pd.DataFrame(rows)


def make_content(days=14, **changes):
    """Build the content of a report; `changes` replace its fields, those of the plan under `plan`."""
    grid = TimeGrid(ZONE, dt.date(2014, 10, 20), days, 30)
    peaks = {"sales": 60, "service & care": 24}
    coverage = _coverage(grid, peaks)
    rules = PayRules(
        ZONE,
        {"sales": 21.5, "service & care": 24.0},
        planned_shrinkage=dict.fromkeys(peaks, 0.12),
        premiums=(Premium("evening", frozenset(range(5)), 1080, 1440, 25.0),),
        overhead_per_seat_hour=1.75,
    )
    schedule = _schedule(grid, peaks)
    schedule["cost_each"] = price(schedule, rules).rows["priced_each"]
    demand = coverage[["start", "pool", "contacts", "aht_s"]].rename(columns={"pool": "contact_type"})
    demand["contacts_low"], demand["contacts_high"] = demand["contacts"] * 0.8, demand["contacts"] * 1.25 + 1
    types = pd.DataFrame({"contact_type": list(peaks), "pool": list(peaks), "resolved_share": [0.8, 0.9]})
    cost = cost_report(schedule, rules, grid, contact_counts(demand, types))
    result = StageResult("feasible", cost.cost, 0.9975 * cost.cost, 0.0025, 31.4, "column generation, HiGHS", 1)
    plan = ShiftPlan(**{"schedule": schedule, "coverage": coverage, "result": result} | changes.pop("plan", {}))
    stages = {
        "forecast": StageResult("done", None, None, None, 2.1, "seasonal regression", None),
        "requirement": StageResult("done", None, None, None, 0.2, "Erlang A", None),
    }
    notes = ("Wages are an assumption.",)
    fields = {
        "title": "Vanad, autumn",
        "description": "Two pools of a contact centre in the Netherlands.",
        "currency": "EUR",
        "grid": grid,
        "service": {"sales": PoolService(0.8, 20, 0.5), "service & care": PoolService(0.7, 30, 0.5)},
        "record": PlanRecord(plan, ZONE, stages, {"name": "vanad"}, notes=notes),
        "demand": demand,
        "requirement": coverage[["start", "pool", "contacts", "aht_s", "agents_target"]],
        "cost": cost,
        "accuracy": pd.DataFrame(
            {
                "contact_type": [*peaks, "total"],
                "wape": [0.11, 0.16, 0.12],
                "wape_seasonal_naive": [0.15, 0.2, 0.17],
                "coverage_80": [0.81, 0.79, 0.8],
            }
        ),
        "forecast_method": "seasonal regression",
    }
    return ReportContent(**fields | changes)


@pytest.fixture(scope="session")
def made_up():
    return SimpleNamespace(content=make_content, nasty=NASTY, zone=ZONE)
