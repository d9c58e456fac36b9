"""Ranking of measures by eight criteria (servopt calc measures)."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.faults import InputFaults
from models.measures import CRITERIA, INITIATIVE_COLUMNS, TABLE, rank_measures


def table(*rows):
    frame = pd.DataFrame(list(rows)).reindex(columns=list(TABLE.columns))
    frame.index = frame.index + 2
    return frame


def measure(name, **given):
    return {"measure": name, "owner": "x", "saving_per_year": 100.0} | given


BOT = measure(
    "bot", owner=None, saving_per_year=200.0, start="2026-07-01", duration_months=12, complexity_people=1,
    complexity_system=5, complexity_process=3, cost=300.0, cost_per_year=100.0, customers=-1, morale=0, other=2,
    contacts_change=-0.2,
)  # fmt: skip
COACHING = measure("coaching", start="2026-07-01", duration_months=3, complexity_people=1, complexity_system=1,
                   complexity_process=1, cost=40.0, customers=2, morale=2)  # fmt: skip


def test_a_case_by_hand():
    """Eight scores, worst 0 and best 1: the bot 0, 1, 0, .5, 0, .25, .5, 1; coaching 1, .5, .75, 1, .9, 1, 1, .5."""
    found = rank_measures(table(BOT, COACHING))
    assert found.measures["measure"].tolist() == ["coaching", "bot"]
    scores = found.scores.set_index("measure")
    assert list(scores.columns) == list(CRITERIA) and len(CRITERIA) == 8
    assert scores.loc["bot"].tolist() == pytest.approx([0, 1, 0, 0.5, 0, 0.25, 0.5, 1])
    assert scores.loc["coaching"].tolist() == pytest.approx([1, 0.5, 0.75, 1, 0.9, 1, 1, 0.5])
    assert found.measures["score"].tolist() == pytest.approx([6.65 / 8, 3.25 / 8])
    assert found.measures["payback_months"].tolist() == pytest.approx([4.8, 36])
    assert found.notes == ("Without an owner: bot.",)


def test_weights_change_the_order_and_only_their_ratios_count():
    rows = table(BOT, COACHING)
    found = rank_measures(rows, {"saving": 30, "other": 30})
    assert found.measures["measure"].tolist() == ["bot", "coaching"]
    assert sum(found.weights.values()) == pytest.approx(1) and found.weights["saving"] == pytest.approx(30 / 66)
    assert "in proportion" in found.notes[0]
    every = dict.fromkeys(CRITERIA, 0.125)
    assert not any("proportion" in note for note in rank_measures(rows, every).notes)
    assert rank_measures(rows, every).measures["score"].tolist() == rank_measures(rows).measures["score"].tolist()


@pytest.mark.parametrize("weights", [{"speed": 1}, {"saving": -1}, dict.fromkeys(CRITERIA, 0), {"saving": np.nan}])
def test_weights_that_say_nothing_are_refused(weights):
    with pytest.raises(ValueError, match=r"criterion|weights"):
        rank_measures(table(BOT), weights)


def test_ties_share_a_rank_and_are_said():
    found = rank_measures(table(measure("b"), measure("a"), measure("c", owner=None)))
    assert found.measures[["rank", "measure"]].to_numpy().tolist() == [[1, "a"], [1, "b"], [3, "c"]]
    assert found.notes[0] == "a, b share rank 1; the larger saving is shown first."


def test_months_run_from_the_earliest_start():
    found = rank_measures(
        table(
            measure("late", start="2027-07-01", duration_months=1), measure("soon", start="2026-07-01"), measure("now")
        )
    ).measures.set_index("measure")["months"]
    assert found.to_dict() == {"now": 0, "soon": 0, "late": pytest.approx(13, abs=0.02)}


def test_the_table_for_investment_allocation():
    found = rank_measures(table(BOT, COACHING)).initiatives
    assert tuple(found.columns) == INITIATIVE_COLUMNS
    assert found["initiative"].tolist() == ["coaching", "bot"] and found["rank"].tolist() == [1, 2]
    bot = found.iloc[1]
    assert (bot["outlay"], bot["running_cost_per_year"], bot["saving_per_year"]) == (300, 100, 200)
    assert (bot["earliest_start"], bot["duration_months"], bot["contacts_change"]) == ("2026-07-01", 12, -0.2)
    assert found["aht_change"].tolist() == [0, 0]
    assert rank_measures(table(measure("now"))).initiatives["earliest_start"].tolist() == [None]


def test_zeros_and_nothing():
    found = rank_measures(table(measure("a", saving_per_year=0.0)))
    assert found.scores[["saving", "time", "cost"]].iloc[0].tolist() == [0, 1, 1]
    assert found.measures["payback_months"].tolist() == [np.inf]
    assert len(rank_measures(table()).measures) == 0


def test_faults():
    with pytest.raises(InputFaults) as caught:
        rank_measures(table(measure("a", start="soon"), measure("a")), file="m.csv")
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [(2, "start"), (3, "measure")]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(-2, 2)), min_size=1, max_size=8), st.data())
def test_laws(drawn, data):
    rows = [
        measure(f"m{place}", saving_per_year=float(saving), cost=float(cost), customers=float(customers))
        for place, (saving, cost, customers) in enumerate(drawn)
    ]
    found = rank_measures(table(*rows))
    assert found.measures["score"].between(0, 1).all()
    mixed = data.draw(st.permutations(rows))
    pd.testing.assert_frame_equal(rank_measures(table(*mixed)).measures, found.measures)
    scaled = [row | {"saving_per_year": row["saving_per_year"] * 7, "cost": row["cost"] * 7} for row in rows]
    assert rank_measures(table(*scaled)).measures["measure"].tolist() == found.measures["measure"].tolist()
