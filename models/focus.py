"""Focus list: which cost lines hang on the service, and which to attack first (U9)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pandera.pandas as pa

from models.columns import AT_LEAST_ZERO, SHARE, number, one_of, text
from models.dates import one_currency
from models.faults import FaultLog

LINKS = ("strong", "weak", "none")
SHARES_SUM = 0.005

TABLE = pa.DataFrameSchema(
    {
        "line": text("cost line", "required", unique=True),
        "cost": number("its cost; either this column or share", "currency", "none", AT_LEAST_ZERO),
        "share": number("its share of the total; either this column or cost", "share", "none", SHARE),
        "link": text(
            "how it hangs on the service: strong (moves with it), weak (moves later or in part), none",
            "strong",
            one_of(LINKS),
        ),
        "currency": text("currency of the cost", "that of the other rows"),
    },
    strict=False,
    name="cost lines",
    description="Cost lines with their cost, or their share of the total, and how they hang on the service.",
)


@dataclass(frozen=True)
class Focus:
    """Shares of the total by link, and the lines to attack."""

    strong_share: float
    weak_share: float
    none_share: float
    attack: tuple[str, ...]
    attack_share: float


def focus(lines: pd.DataFrame, *, reach: float = 0.5, file: str = "cost lines") -> tuple[Focus, pd.DataFrame]:
    """Rank cost lines, and name the fewest that reach a share of the total.

    Strongly linked lines come first, then weakly linked ones; within a link by share. Lines are attacked in that order
    until their shares reach `reach`; lines without link never are.

    Parameters
    ----------
    lines : DataFrame
        `TABLE`, with `cost` or `share` on every row; the index is the row in the file. Equal shares have equal ranks
        (1, 2, 2, 4) and stay in the order of the file.
    reach : float
        Share of the total that the attacked lines must make, in (0, 1]; when the linked lines make less, all of them
        are attacked.
    file : str
        Name that faults carry.

    Returns
    -------
    result : Focus
    ranking : DataFrame
        rank, line, link, cost (NaN when shares were given), share, cumulative_share, attack (bool).

    Raises
    ------
    InputFaults
        Neither or both of cost and share, blanks among them, costs that are all zero, several currencies, or shares
        that do not add up to 1 (within 0.005 for each line: shares that were rounded to whole percent may be so far
        off).
    ValueError
        `reach` out of its range.

    Notes
    -----
    Source: the ranking is that of Pareto analysis (Juran, Quality Control Handbook).
    """
    if not 0 < reach <= 1:
        raise ValueError("reach must be above 0 and at most 1")
    share = _shares(lines, file)
    link = lines["link"].fillna("strong") if "link" in lines else pd.Series("strong", index=lines.index)
    place = np.array([LINKS.index(name) for name in link])
    order = np.lexsort((np.arange(len(lines)), -share, place))
    ranking = pd.DataFrame(
        {
            "line": lines["line"].to_numpy()[order],
            "link": link.to_numpy()[order],
            "cost": lines["cost"].to_numpy(dtype=float)[order] if "cost" in lines else np.nan,
            "share": share[order],
        }
    )
    key = pd.Series(list(zip(ranking["link"], ranking["share"].round(12), strict=True)))
    ranking.insert(0, "rank", (~key.duplicated() * np.arange(1, len(key) + 1)).cummax())
    ranking["cumulative_share"] = ranking["share"].cumsum()
    before = ranking["cumulative_share"] - ranking["share"]
    ranking["attack"] = (before < reach - 1e-12) & (ranking["link"] != "none") & (ranking["share"] > 0)
    by_link = ranking.groupby("link")["share"].sum().reindex(LINKS).fillna(0.0)
    attacked = ranking[ranking["attack"]]
    result = Focus(
        float(by_link["strong"]),
        float(by_link["weak"]),
        float(by_link["none"]),
        tuple(attacked["line"]),
        float(attacked["share"].sum()),
    )
    return result, ranking


def _shares(lines: pd.DataFrame, file: str) -> np.ndarray:
    """Shares that add up to the total, from costs or shares."""
    log = FaultLog()
    if "currency" in lines:
        one_currency(file, lines["currency"], log)
    given = [name for name in ("cost", "share") if name in lines and lines[name].notna().any()]
    if len(given) != 1:
        log.add(file, 1, None, "", "give either cost or share for the lines, one of the two")
        log.raise_if_any()
    name = given[0]
    for row in lines.index[lines[name].isna()]:
        log.add(file, int(row), name, "", "is blank; give a value")
    values = lines[name].to_numpy(dtype=float)
    total = float(np.nansum(values))
    if name == "share" and abs(total - 1) > SHARES_SUM * len(lines) + 1e-12:
        log.add(file, None, "share", f"{total:.6g}", "the shares must add up to 1; a line may be missing")
    if total <= 0:
        log.add(file, None, name, "", "everything is zero: there is nothing to rank")
    log.raise_if_any()
    return values / total if name == "cost" else values
