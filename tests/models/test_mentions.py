"""Issue mention rate (servopt calc mentions)."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.faults import InputFaults
from models.mentions import ASSUMPTION, mention_rates


def table(*rows, columns=("issue", "mentions")):
    frame = pd.DataFrame(rows, columns=list(columns))
    frame.index = frame.index + 2
    return frame


def test_a_case_by_hand():
    """60, 30, 10 of 100 mentions at 4 a contact, half of the first removable: 120, 120, 40."""
    rows = table(("b", 30, 1), ("a", 60, 0.5), ("c", 10, np.nan), columns=("issue", "mentions", "removable"))
    found = mention_rates(rows, 4.0)
    assert found.issues["issue"].tolist() == ["a", "b", "c"]
    assert found.issues["rate"].tolist() == [0.6, 0.3, 0.1]
    assert found.issues["cumulative_rate"].tolist() == pytest.approx([0.6, 0.9, 1.0])
    assert found.issues["worth"].tolist() == [120, 120, 40]
    assert found.notes == (ASSUMPTION,)
    assert "mentions" in ASSUMPTION and "U24" in ASSUMPTION


def test_a_contact_with_several_issues_goes_only_with_all_of_them():
    rows = table(("a", 60), ("b", 40))
    found = mention_rates(rows, 4.0, contacts=80)
    assert found.issues["worth"].sum() == pytest.approx(80 * 4)  # all issues gone: all contacts gone, and no more
    assert found.issues["mentions_per_contact"].tolist() == [0.75, 0.5]
    assert "weighs 0.800 contacts" in found.notes[1]
    assert mention_rates(rows, 4.0, contacts=200).issues["worth"].sum() == 400


def test_centres_beside_all():
    columns = ("centre", "issue", "mentions")
    found = mention_rates(table(("N", "a", 30), ("N", "b", 10), ("S", "a", 10), ("S", "b", 50), columns=columns))
    assert found.issues["mentions"].tolist() == [60, 40]
    assert found.centres["rate"].tolist() == pytest.approx([0.75, 0.25, 5 / 6, 1 / 6])
    assert found.centres["times_all"].tolist() == pytest.approx([0.75 / 0.4, 0.25 / 0.6, (5 / 6) / 0.6, (1 / 6) / 0.4])
    assert len(mention_rates(table(("a", 1))).centres) == 0


def test_cost_of_a_row_comes_first_and_a_missing_one_is_said():
    rows = table(("a", 10, 2.0), ("b", 10, np.nan), columns=("issue", "mentions", "cost_per_contact"))
    assert mention_rates(rows, 5.0).issues["worth"].tolist() == [20, 50]
    found = mention_rates(rows)
    assert found.issues["worth"].isna().tolist() == [False, True]
    assert any("left open" in note for note in found.notes)


def test_no_mentions_are_an_answer():
    found = mention_rates(table(("a", 0), ("b", 0)), 4.0)
    assert found.issues["rate"].tolist() == [0, 0]
    assert found.issues["issue"].tolist() == ["a", "b"]
    assert "all rates are 0" in found.notes[-1]


def test_faults():
    with pytest.raises(InputFaults) as caught:
        mention_rates(table(("a", 1), ("a", 2)), file="m.csv")
    assert (caught.value.faults[0].row, caught.value.faults[0].column) == (3, "issue")
    columns = ("centre", "issue", "mentions")
    with pytest.raises(InputFaults, match="other rows name a centre"):
        mention_rates(table(("N", "a", 1), (None, "a", 2), columns=columns))
    assert len(mention_rates(table(("N", "a", 1), ("S", "a", 2), columns=columns)).issues) == 1
    with pytest.raises(ValueError, match="0 or more"):
        mention_rates(table(("a", 1)), -1.0)
    with pytest.raises(ValueError, match="must be contacts"):
        mention_rates(table(("a", 1)), contacts=0)
    assert mention_rates(table(("a", 0)), contacts=0).issues["mentions_per_contact"].isna().all()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=20))
def test_rates_sum_to_one(counts):
    found = mention_rates(table(*((f"i{place}", count) for place, count in enumerate(counts))), 1.0)
    assert found.issues["rate"].sum() == pytest.approx(1.0 if sum(counts) else 0.0)
    assert found.issues["rate"].is_monotonic_decreasing
    assert found.issues["worth"].sum() == pytest.approx(sum(counts))
