"""Pay that follows performance: bonus and penalty by bands of volume and satisfaction, above a legal floor."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pandera.pandas as pa

from models.columns import AT_LEAST_ZERO, MONEY, between, number, one_of, text
from models.faults import FaultLog

MEASURES = ("contacts", "csat")

AGENTS = pa.DataFrameSchema(
    {
        "agent": text("name or number of the agent", "required", unique=True),
        "base_pay": number("pay of the period without bonus", "currency", "required", AT_LEAST_ZERO, required=True),
        "contacts": number("contacts handled in the period", "contacts", "required", AT_LEAST_ZERO, required=True),
        "csat": number("mean satisfaction of the agent's customers, in the unit of the rules", "", "not rated", MONEY),
        "currency": text("ISO 4217 code; the same in all rows", "that of the others"),
    },
    strict=False,
    name="agents",
    description="Agents with their pay and their figures of the period, one a row.",
)
RULES = pa.DataFrameSchema(
    {
        "measure": text("contacts or csat", "required", one_of(MEASURES)),
        "at_least": number("the band begins at this figure", "as the measure", "required", MONEY, required=True),
        "percent": number(
            "bonus in this band, of base pay; negative: a penalty",
            "%",
            "0",
            between(-100, 1000, "must be -100 to 1000"),
        ),
        "per_unit": number("money for each unit of the measure above at_least", "currency", "0", MONEY),
    },
    strict=False,
    name="rules",
    description="Bands of performance, one a row; the highest band that an agent reaches counts.",
)


@dataclass(frozen=True)
class Limits:
    """What no rule may break.

    Parameters
    ----------
    floor : float
        Least pay of the period that the law allows, money.
    most_penalty : float
        Largest penalty, as a share of base pay, 0 to 1.
    most_bonus : float
        Largest bonus, as a share of base pay; infinite: no limit.

    Raises
    ------
    ValueError
        If a figure is out of its range.
    """

    floor: float = 0.0
    most_penalty: float = 1.0
    most_bonus: float = math.inf

    def __post_init__(self) -> None:
        if not (self.floor >= 0 and 0 <= self.most_penalty <= 1 and self.most_bonus >= 0):
            raise ValueError("the floor and the largest bonus must not be negative, the largest penalty a share")


def performance_pay(agents: pd.DataFrame, rules: pd.DataFrame, limits: Limits | None = None) -> pd.DataFrame:
    """Pay of each agent.

    Parameters
    ----------
    agents : DataFrame
        The columns of `AGENTS`: one row an agent. A blank csat is not rated: no rule on csat applies.
    rules : DataFrame
        The columns of `RULES`. For each measure the highest band that is reached applies, none below the lowest.
    limits : Limits, optional
        Floor and caps; by default pay is only kept from falling below zero.

    Returns
    -------
    DataFrame
        agent, base_pay, contacts, csat; contacts_bonus, csat_bonus (by rule: percent of base pay, plus per_unit for
        each unit above the band's beginning; negative: a penalty); bonus (their sum within the caps); raised (what
        the floor adds, also where base pay itself lies below it); pay = max(base_pay + bonus, floor);
        cost_per_contact (NaN without contacts). Money of the period, rounded to the cent.

    Notes
    -----
    Source: SYSTEMS U27; the rules are the user's, whether they are lawful is not checked beyond `limits`.
    """
    from models.money import round_money

    limits = limits or Limits()
    table = agents[["agent", "base_pay", "contacts", "csat"]].reset_index(drop=True)
    base = table["base_pay"].to_numpy(dtype=np.float64)
    bonus = np.zeros(len(table))
    for measure in MEASURES:
        amounts = _by_band(table[measure].to_numpy(dtype=np.float64), base, rules[rules["measure"] == measure])
        table[f"{measure}_bonus"] = round_money(amounts)
        bonus = bonus + amounts
    most = limits.most_bonus * base if math.isfinite(limits.most_bonus) else np.inf
    bonus = np.clip(bonus, -limits.most_penalty * base, most)
    pay = round_money(np.maximum(base + bonus, limits.floor))
    table["bonus"] = round_money(bonus)
    table["raised"] = round_money(pay - round_money(base + bonus))
    table["pay"] = pay
    table["cost_per_contact"] = table["pay"] / table["contacts"].where(table["contacts"] > 0)
    return table


def check_rules(file: str, rules: pd.DataFrame, log: FaultLog) -> None:
    """Record bands of a measure that begin at the same figure.

    Parameters
    ----------
    file : str
        Name that faults carry.
    rules : DataFrame
        As read by `RULES`; the index is the row in the file.
    log : FaultLog
        Takes the faults.
    """
    for line, row in rules[rules.duplicated(["measure", "at_least"])].iterrows():
        message = f"another band of {row['measure']} begins there already; keep one of them"
        log.add(file, int(str(line)), "at_least", f"{row['at_least']:g}", message, kind="the same band twice")


def _by_band(
    values: np.ndarray[tuple[int], np.dtype[np.float64]],
    base: np.ndarray[tuple[int], np.dtype[np.float64]],
    rules: pd.DataFrame,
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Bonus by one measure; shape of values."""
    if rules.empty:
        return np.zeros(len(values))
    bands = rules.fillna({"percent": 0.0, "per_unit": 0.0}).sort_values("at_least")
    begin, percent, unit = (bands[name].to_numpy(dtype=np.float64) for name in ("at_least", "percent", "per_unit"))
    rated = np.where(np.isnan(values), -np.inf, values)
    place = np.searchsorted(begin, rated, side="right") - 1
    reached = place >= 0
    place = np.maximum(place, 0)
    above = np.where(reached, rated - begin[place], 0.0)
    return np.where(reached, base * percent[place] / 100 + unit[place] * above, 0.0)


@dataclass(frozen=True)
class Deal:
    """Fewer people who do the work of more, for the pay of some number between.

    Parameters
    ----------
    output_per_head, pay_per_head : float
        New over old.
    unit_cost_change : float
        Change of the pay for one unit of work, -0.2 for 20 % less.
    """

    output_per_head: float
    pay_per_head: float
    unit_cost_change: float


def deal(people_before: float, people_after: float, pay_before: float, pay_after: float, work: float = 1.0) -> Deal:
    """Judge a deal such as "three people do the work of five for the pay of four".

    Parameters
    ----------
    people_before, people_after : float
        Heads, above 0.
    pay_before, pay_after : float
        Pay of all of them, in any unit, above 0.
    work : float
        Work after over work before, above 0.

    Returns
    -------
    Deal
        output_per_head = work x people_before / people_after; pay_per_head = pay_after / people_after over pay_before
        / people_before; unit_cost_change = pay_after / pay_before / work - 1.

    Raises
    ------
    ValueError
        If a figure is not above 0.

    Notes
    -----
    Source: SYSTEMS U27: five people, then three for four's pay: output per head x 5/3, pay per head x 4/3, unit cost
    -20 %.
    """
    if not min(people_before, people_after, pay_before, pay_after, work) > 0:
        raise ValueError("people, pay and work must be above 0")
    heads = people_before / people_after
    return Deal(work * heads, pay_after / pay_before * heads, pay_after / pay_before / work - 1)
