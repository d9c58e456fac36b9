"""Focus list (U9): servopt calc focus."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.faults import InputFaults
from models.focus import LINKS, focus


def lines(*rows, name="share"):
    frame = pd.DataFrame(rows, columns=["line", name, "link"])
    return frame.set_index(pd.Index(range(2, 2 + len(frame))))


SEVEN = lines(
    ("premises", 0.11, "weak"),
    ("telecommunication", 0.14, "strong"),
    ("wages", 0.44, "strong"),
    ("marketing", 0.21, "none"),
    ("systems", 0.10, "weak"),
)


def test_the_oracle():
    """44 % + 14 % = 58 %: the strongly linked lines, and the ones to attack for half of the cost."""
    result, ranking = focus(SEVEN)
    assert result.strong_share == pytest.approx(0.58)
    assert result.attack == ("wages", "telecommunication") and result.attack_share == pytest.approx(0.58)
    assert ranking["line"].tolist() == ["wages", "telecommunication", "premises", "systems", "marketing"]
    assert ranking["cumulative_share"].iloc[1] == pytest.approx(0.58)
    assert (result.weak_share, result.none_share) == (pytest.approx(0.21), pytest.approx(0.21))


def test_costs_and_shares_rank_alike():
    costs = SEVEN.rename(columns={"share": "cost"}).assign(cost=SEVEN["share"] * 250_000)
    by_cost, by_share = focus(costs)[1], focus(SEVEN)[1]
    assert by_cost["share"].to_numpy() == pytest.approx(by_share["share"].to_numpy())
    assert by_cost["line"].tolist() == by_share["line"].tolist()


def test_reach():
    assert focus(SEVEN, reach=0.44)[0].attack == ("wages",)
    assert focus(SEVEN, reach=0.45)[0].attack == ("wages", "telecommunication")
    everything = focus(SEVEN, reach=1)[0]
    assert "marketing" not in everything.attack and everything.attack_share == pytest.approx(0.79)
    for wrong in (0, 1.1, float("nan")):
        with pytest.raises(ValueError):
            focus(SEVEN, reach=wrong)


def test_ties_share_their_rank_in_the_order_of_the_file():
    ranking = focus(lines(("a", 0.2, "strong"), ("b", 0.3, "strong"), ("c", 0.3, "strong"), ("d", 0.2, "strong")))[1]
    assert ranking["line"].tolist() == ["b", "c", "a", "d"] and ranking["rank"].tolist() == [1, 1, 3, 3]


@given(st.lists(st.tuples(st.integers(1, 1000), st.sampled_from(LINKS)), min_size=1, max_size=30), st.floats(0.01, 1))
def test_the_lines_to_attack_reach_their_share_and_no_line_is_too_many(rows, reach):
    frame = lines(*[(str(n), cost, link) for n, (cost, link) in enumerate(rows)], name="cost")
    result, ranking = focus(frame, reach=reach)
    linked = result.strong_share + result.weak_share
    assert result.attack_share >= min(reach, linked) - 1e-9
    if result.attack:
        last = ranking[ranking["attack"]]["share"].iloc[-1]
        assert result.attack_share - last < reach
    assert ranking["share"].sum() == pytest.approx(1)


def test_faults():
    with pytest.raises(InputFaults, match=r"share: '0.9': the shares must add up to 1"):
        focus(lines(("a", 0.5, "strong"), ("b", 0.4, "strong")))
    focus(lines(("a", 0.33, "strong"), ("b", 0.33, "weak"), ("c", 0.33, None)))  # whole percent, rounded
    with pytest.raises(InputFaults, match="either cost or share"):
        focus(lines(("a", 0.5, "strong")).assign(cost=5))
    with pytest.raises(InputFaults, match="3:share: is blank"):
        focus(lines(("a", 1, "strong"), ("b", float("nan"), "strong")))
    with pytest.raises(InputFaults, match="everything is zero"):
        focus(lines(("a", 0, "strong"), name="cost"))
