"""Shares as people read them."""

from __future__ import annotations

import math


def percent(share: float, unit: str = "%") -> str:
    """Write a share that somebody set, with as many decimals as it has: 0.8 is "80%", 0.999 is "99.9%".

    For settings; a computed share would show all its digits (`percent_at_least`). `unit` may begin with a blank.
    """
    return f"{round(100 * share, 9):.12g}{unit}"


def percent_at_least(share: float, unit: str = "%") -> str:
    """Write a computed share, rounded down to a tenth of a percent, so that what is written is reached.

    From 99 % on to a thousandth: it does not come out as the 100 % that it is not.
    """
    digits = 1 if share < 0.99 else 3
    scaled = math.floor(round(share * 100 * 10**digits, 6)) / 10**digits
    return f"{scaled:.1f}{unit}" if scaled == round(scaled, 1) else f"{scaled:g}{unit}"
