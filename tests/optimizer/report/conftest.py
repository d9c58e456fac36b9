"""Parts of a plan as they come from files: a made-up shift plan, a mix, initiatives, a roster."""

import pandas as pd
import pytest

from optimizer.report.parts import Parts, Tables

RESULT = {
    "status": "feasible",
    "objective": 900.0,
    "bound": 899.0,
    "gap": 0.0011,
    "seconds": 1.0,
    "solver": "x",
    "seed": 1,
}


def make_mix():
    flows = pd.DataFrame(
        [("2026-01", "status", "easy", tier, channel, *figures)
         for tier in ("plain", "gold")
         for channel, *figures in (("phone", 60.0, 57.0, 0.0, 3.0, 1.0), ("bot", 40.0, 20.0, 16.0, 4.0, 1.0))],
        columns=["period", "contact_type", "segment", "tier", "channel", "contacts", "contained", "escalated", "lost",
                 "cost"],
    )  # fmt: skip
    cost = pd.DataFrame(
        [("2026-01", "people", "desk", 700.0, 1000.0), ("2026-01", "licences", "bot", 200.0, float("nan"))],
        columns=["period", "item", "name", "amount", "amount_before"],
    )
    csat = pd.DataFrame(
        [("channel", "phone", 120.0, 0.9, 200.0, 0.88), ("channel", "bot", 80.0, 0.8, 0.0, float("nan"))],
        columns=["level", "name", "contacts", "csat", "contacts_before", "csat_before"],
    )
    rules = pd.DataFrame(
        [("floor of the overall satisfaction", 0.85, 0.85, "share", True, 0.01, 12.0, "dual", 40.0, "re-solve"),
         ("least contacts of bot", 10.0, 80.0, "contacts", False, 1.0, 0.0, "dual", 0.0, "dual")],
        columns=["rule", "level", "reached", "unit", "binding", "step", "price", "how", "cost_of_rule", "cost_how"],
    )  # fmt: skip
    record = {"name": "Shop", "currency": "EUR", "result": RESULT, "cost": 900.0, "cost_before": 1000.0,
              "saving": 100.0, "csat": 0.86, "csat_before": 0.88, "settings": {"csat_floor": 0.85},
              "notes": ["A note."]}  # fmt: skip
    return Tables(record, {"flows": flows, "cost": cost, "csat": csat, "rules": rules})


def make_invest():
    portfolio = pd.DataFrame(
        [
            ("bot", "chosen", "2026-Q1", "2026-Q2", 1000.0, 50.0, 700.0),
            ("portal", "rejected", "", "", 900.0, 9.0, -5.0),
        ],
        columns=["initiative", "decision", "start", "works_from", "one_off_cost", "running_cost_per_year", "adds_npv"],
    )
    cash = pd.DataFrame(
        [(0, "2026-01-01", 0.0, 0.0, 0.0, 0.0, 1000.0, 0.0, 1000.0, -1000.0),
         (1, "2026-12-31", 900.0, 100.0, 50.0, 950.0, 0.0, 50.0, 50.0, 900.0),
         (2, "2027-12-31", 900.0, 150.0, 50.0, 1000.0, 0.0, 50.0, 50.0, 950.0)],
        columns=["year", "date", "saving", "revenue", "tax", "benefit", "one_off_cost", "running_cost", "cost", "net"],
    )  # fmt: skip
    tornado = pd.DataFrame(
        [("bot: contacts", -0.2, 0.1, 900.0, 400.0, 500.0), ("bot: contacts", -0.1, 0.1, 800.0, 500.0, 300.0)],
        columns=["figure", "low", "high", "npv_low", "npv_high", "span"],
    )
    npv = sum(net / 1.08**year for year, net in enumerate((-1000.0, 900.0, 950.0)))
    figures = {"npv": npv, "irr": 0.5, "cost": 1100.0, "payback_months": 14.2}
    result = RESULT | {"status": "optimal", "gap": 0.0}
    record = {"name": "Shop", "currency": "EUR", "discount_rate": 0.08, "result": result,
              "figures": figures, "settings": {"budgets": {"2026": 1000.0}}, "loss_share": 0.1,
              "quantiles": [{"measure": "npv", "P10": 1.0, "P50": 2.0, "P90": 3.0}]}  # fmt: skip
    return Tables(record, {"portfolio": portfolio, "cash_flow": cash, "tornado": tornado})


def make_roster(people=3, days=7):
    rows = []
    for person in range(people):
        for day in range(days):
            if (person + day) % 7 < 5:
                date = (pd.Timestamp("2026-03-02") + pd.Timedelta(days=day)).date()
                early = (person + day) % 2 == 0
                start, end, rest = ("07:00", "15:30", "11:00-11:30") if early else ("13:00", "21:30", "17:00-17:30")
                stamps = (f"{date}T{start}:00+01:00", f"{date}T{end}:00+01:00", 480, f"{rest} meal unpaid")
                rows.append((f"Agent {person:03d}", str(date), "Early" if early else "Late", *stamps))
    roster = pd.DataFrame(rows, columns=["employee", "date", "shift", "start", "end", "paid_min", "breaks"])
    agents = roster.groupby("employee").size().rename("shifts").reset_index().assign(hours=lambda t: t["shifts"] * 8.0)
    record = {"name": "Centre", "time_zone": "Europe/Paris", "currency": "EUR", "first_day": "2026-03-02", "days": days,
              "result": RESULT}  # fmt: skip
    return Tables(record, {"roster": roster, "agents": agents})


def make_decision():
    figures = pd.DataFrame(
        [("service cost a year", "money", 1000.0, 900.0, 850.0), ("satisfaction", "share", 0.88, 0.86, float("nan"))],
        columns=["figure", "unit", "before", "after", "naive"],
    )
    result = {"cost": 900.0, "bound": 895.0, "gap": 0.0056}
    return Tables({"name": "Shop", "currency": "EUR", "result": result}, {"decision": figures})


@pytest.fixture(scope="session")
def parts(made_up):
    """Return all parts at once; `frontiers` too."""
    frontier = pd.DataFrame({"point": [1, 2, 3], "cost": [880.0, 900.0, 960.0], "csat": [0.84, 0.86, 0.87],
                             "status": "feasible", "gap": 0.001, "knee": [False, True, False]})  # fmt: skip
    return Parts(
        shifts=made_up.content(),
        mix=make_mix(),
        invest=make_invest(),
        roster=make_roster(),
        decision=make_decision(),
        frontiers=(frontier,),
    )


@pytest.fixture(scope="session")
def many():
    """Return a roster of 300 agents over 28 days."""
    return Parts(roster=make_roster(300, 28))
