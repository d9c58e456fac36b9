"""Shares in words."""

import pytest

from models.words import percent, percent_at_least


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.8, "80%"),
        (0.29, "29%"),
        (0.999, "99.9%"),
        (0.9999, "99.99%"),
        (0.875, "87.5%"),
        (0.005, "0.5%"),
        (1.0, "100%"),
    ],
)
def test_a_setting_keeps_its_decimals(share, text):
    assert percent(share) == text
    assert percent(share, " %") == text.replace("%", " %")


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.5, "50.0%"), (0.7589, "75.8%"), (0.29, "29.0%"), (0.9899, "98.9%"), (0.99962, "99.962%"), (0.995, "99.5%"),
     (1.0, "100.0%"), (0.0, "0.0%")],
)  # fmt: skip
def test_a_computed_share_is_not_made_larger(share, text):
    assert percent_at_least(share) == text
