"""The answer to a channel mix: who serves what, what it costs beside today, and what every rule costs."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from models.mix.case import MixCase
from models.mix.priced import PricedMix
from models.plan import StageResult
from models.plan_comparison import Comparison

RULE_COLUMNS = ("rule", "level", "reached", "unit", "binding", "step", "price", "how", "cost_of_rule", "cost_how")
CHANGE_COLUMNS = ("change", "saving", "how")
OUTSOURCE_COLUMNS = (
    "channel", "contacts", "cost_per_contact", "in_house_cost_per_contact", "break_even_price", "break_even_contacts",
    "choice",
)  # fmt: skip


def _empty(columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame({name: [] for name in columns})


@dataclass(frozen=True, eq=False)
class ChannelMix:
    """A channel mix and what is known about it.

    Parameters
    ----------
    case : MixCase
        What it is the answer to.
    result : StageResult
        How the search ended; objective and bound in the case's currency, over the horizon.
    after : PricedMix or None
        The mix; None when there is none.
    before : PricedMix or None
        Today's mix at the case's volumes; None when it is not known.
    rules : DataFrame
        `RULE_COLUMNS`: name, level and what the mix reaches, both in `unit`; whether the rule holds the cost up; what
        one `step` looser saves (`price`, currency) and how that is known (dual, re-solve); what the rule costs
        altogether (against the best mix without it) and how that is known. NaN where it was not worked out.
    binding : tuple of str
        The rules that hold the cost up, in words, the dearest first.
    changes : DataFrame
        `CHANGE_COLUMNS`: what could be changed next, and what that saves over the horizon; the most first.
    outsource : DataFrame
        `OUTSOURCE_COLUMNS`: each outsourced channel over the horizon: contacts, what a contact costs there and in
        house, the price below which it is worth (more) contacts, the contacts from which it is the cheaper one (NaN:
        never or always), and the choice at the contacts it has.
    comparison : Comparison or None
        Which type of service against cost the change from today is; satisfaction stands for service.
    conflicts, relaxation : tuple of str
        Why there is no mix, and the ways out, cheapest first.
    notes : tuple of str
        Remarks.

    Raises
    ------
    ValueError
        If a mix is claimed and none is there, or the other way round, or a table lacks a column.
    """

    case: MixCase
    result: StageResult
    after: PricedMix | None
    before: PricedMix | None = None
    rules: pd.DataFrame = field(default_factory=lambda: _empty(RULE_COLUMNS))
    binding: tuple[str, ...] = ()
    changes: pd.DataFrame = field(default_factory=lambda: _empty(CHANGE_COLUMNS))
    outsource: pd.DataFrame = field(default_factory=lambda: _empty(OUTSOURCE_COLUMNS))
    comparison: Comparison | None = None
    conflicts: tuple[str, ...] = ()
    relaxation: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if (self.after is None) != (self.result.status not in ("optimal", "feasible")):
            raise ValueError(f"status {self.result.status!r} {'without' if self.after is None else 'with'} a mix")
        for name, columns in (("rules", RULE_COLUMNS), ("changes", CHANGE_COLUMNS), ("outsource", OUTSOURCE_COLUMNS)):
            missing = [column for column in columns if column not in getattr(self, name).columns]
            if missing:
                raise ValueError(f"{name} lacks the columns {', '.join(missing)}")

    @property
    def saving(self) -> float | None:
        """Cost of today's mix less that of this one, in the case's currency; None unless both are known."""
        if self.after is None or self.before is None:
            return None
        return self.before.total - self.after.total
