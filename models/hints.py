"""What somebody probably meant: a number as other countries write it, a share as a percentage, a name half right."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

_COMMA = re.compile(r"[-+]?\d+,\d+")
_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2},\d{3}")
_PERCENT = re.compile(r"(\d+(?:[.,]\d+)?)\s*%")


def number_hint(text: str, unit: str = "") -> str | None:
    """Say how to write a number that cannot be read: "16,50" as 16.50, and "80%" as 0.8 (as 80 where the unit is %).

    Parameters
    ----------
    text : str
        As it was written.
    unit : str
        Of the setting or column; "%" counts in hundredths already.

    Returns
    -------
    str or None
        "write 16.50"; None when nothing can be guessed.
    """
    text = text.strip()
    if _COMMA.fullmatch(text):
        hint = f"write {text.replace(',', '.')}"
        return (
            f"{hint}, or {text.replace(',', '')} if the comma parts thousands" if _THOUSANDS.fullmatch(text) else hint
        )
    if found := _PERCENT.fullmatch(text):
        value = float(found[1].replace(",", "."))
        return f"write {_short(value if unit == '%' else value / 100)}"
    return None


def share_hint(value: object) -> str | None:
    """Say how to write a share that was given in percent: "write 0.8 for 80 %"; None when it is none."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 1 < value <= 100:
        return f"write {_short(value / 100)} for {_short(value)} %"
    return None


def close_name(name: str, free: Iterable[str]) -> str | None:
    """Find the name that was meant among those that are still free; None when none is close.

    The same letters in upper case, one that begins with what was written, or a slip of the pen.
    """
    names, low = list(free), name.lower()
    for known in names:
        if known.lower() == low:
            return known
    begins = [known for known in names if len(low) >= 3 and known.lower().startswith(f"{low}_")]
    if len(begins) == 1:
        return begins[0]
    spelled = {known.lower(): known for known in names}
    return next((spelled[close] for close in difflib.get_close_matches(low, spelled, 1)), None)


def _short(value: float) -> str:
    return f"{round(value, 9):.12g}"
