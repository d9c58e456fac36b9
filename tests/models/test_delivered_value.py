"""What an offer leaves the customer (servopt calc delivered-value)."""

import numpy as np
import pandas as pd
import pytest

from models.delivered_value import GIVES, TAKES, delivered_value

OFFERS = pd.DataFrame(
    [
        ("ours", 600, 180, 120, 60, 520, 60, 25, 15),
        ("rival A", 620, 90, 60, 90, 480, 110, 40, 30),
        ("rival B", 520, 60, 40, 30, 390, 120, 60, 60),
    ],
    columns=["offer", *GIVES, *TAKES],
)


def test_a_case_by_hand():
    """Ours gives 960 for 620, A 860 for 660, B 650 for 630: 340, 200, 20."""
    found = delivered_value(OFFERS.iloc[::-1]).offers
    assert found["offer"].tolist() == ["ours", "rival A", "rival B"]
    assert found["delivered"].tolist() == [340, 200, 20]
    assert found["behind_best"].tolist() == [0, 140, 320]
    assert found["gives_to_takes"].iloc[0] == pytest.approx(960 / 620)


def test_the_price_to_match_matches():
    found = delivered_value(OFFERS).offers.set_index("offer")
    assert found["price_to_match"].tolist() == [660, 340, 70]
    for offer, price in found["price_to_match"].items():
        again = delivered_value(OFFERS.assign(price=OFFERS["price"].where(OFFERS["offer"] != offer, price)))
        assert again.offers.set_index("offer").loc[offer, "rank"] == 1
        assert "share rank 1" in again.notes[-1]


def test_ties_share_a_rank():
    twice = pd.concat([OFFERS.assign(offer=OFFERS["offer"] + " too"), OFFERS])
    assert delivered_value(twice).offers["rank"].tolist() == [1, 1, 3, 3, 5, 5]


def test_blanks_losses_and_one_offer():
    found = delivered_value(pd.DataFrame({"offer": ["x"], "price": [5.0], "product": [np.nan]}))
    assert found.offers["delivered"].tolist() == [-5]
    assert found.offers["price_to_match"].isna().all()
    assert found.notes == ("x takes more than it gives.",)
    assert len(delivered_value(OFFERS.iloc[:0]).offers) == 0
