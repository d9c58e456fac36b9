"""Investment cases in a batch: `invest` with all its files."""

from __future__ import annotations

import tempfile
from pathlib import Path

from models.investment import tables
from models.investment.case import InvestmentCase
from models.investment.files import portfolio_record, write_portfolio
from models.investment.reading import read_case
from models.investment.settings import InvestSettings
from models.mix import tables as mix_tables
from optimizer.batch.commands import Answer, no_plan
from optimizer.batch.records import Options, Plain
from optimizer.batch.reuse import Reuse
from optimizer.invest.answer import invest as decide
from optimizer.invest.answer import with_limits

SETTINGS = InvestSettings
TABLES = (
    tables.INITIATIVES, tables.EFFECTS, tables.WORK, tables.RELATIONS_TABLE, tables.SPENDS, tables.COSTS,
    *mix_tables.TABLES,  # today's work comes from the channel mix beside it, where there is one
)  # fmt: skip


def read(folder: Path) -> InvestmentCase:
    """Read an investment case; its faults are raised."""
    return read_case(folder)[0]


def invest(case: InvestmentCase, folder: Path, options: Options, threads: int, reuse: Reuse) -> Answer:
    """Choose the initiatives that return most, as `servopt invest --fast` does.

    Parameters
    ----------
    folder, threads, reuse
        Not used: the search runs in one thread, and portfolios have nothing costly in common.
    """
    case = with_limits(case, gap=options.gap, time_limit_s=options.time_limit_s, seed=options.seed)
    portfolio = decide(case, again=False)
    status = portfolio.result.status
    if status in ("infeasible", "no plan"):
        return no_plan(status, portfolio.conflicts, "portfolio")
    record = portfolio_record(portfolio)
    figures: dict[str, Plain] = {
        name: value for name, value in record["figures"].items() if isinstance(value, int | float | str | None)
    }
    figures |= {name: record["result"][name] for name in ("objective", "bound", "gap")}
    figures["gap_asked"] = case.settings.solve.gap
    figures["chosen"] = len(record["chosen"])
    with tempfile.TemporaryDirectory(prefix="servopt-") as place:
        write_portfolio(Path(place), portfolio)
        files = {path.name: path.read_bytes() for path in sorted(Path(place).iterdir())}
    return Answer(status, figures, files)
