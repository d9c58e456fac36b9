"""What `plan` does in a folder that holds a channel mix: mix, initiatives and schedule decided together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.clock import Clock

if TYPE_CHECKING:
    from models.investment.case import InvestmentCase
    from models.mix.case import MixCase
    from models.scenario import Scenario
    from optimizer.batch.reuse import Reuse
    from optimizer.loop.answer import Answer
    from optimizer.shifts.engine import Limits

MIX_FILE = "mix.yaml"
TABLE_GAP, TABLE_SECONDS, MIX_GAP = 0.01, 10.0, 1e-3
"""Of each schedule of the tables, and of the mix of each state."""


def holds_mix(folder: Path) -> bool:
    """Say whether a folder holds a channel mix beside its scenario."""
    return (folder / MIX_FILE).is_file()


def decide(folder: Path, scenario: Scenario, limits: Limits, tell: Callable[[str], None], seconds: float) -> Answer:
    """Decide mix, initiatives and schedule together, in so many seconds.

    Raises
    ------
    InputFaults
        The mix does not fit the scenario, or today's mix is not known.
    optimizer.loop.rounds.NoMixError, optimizer.invest.cuts.NoJointPlanError
        No mix, or no portfolio, keeps every rule.
    optimizer.clock.OutOfTimeError, KeyboardInterrupt
        Time was up, or Ctrl-C came, before there was any plan.
    """
    clock = Clock(seconds)
    from dataclasses import replace

    from models.faults import Fault, InputFaults
    from models.forecast import forecast
    from models.mix.today import today_flow
    from optimizer.batch.points import kept_points
    from optimizer.batch.reuse import Reuse, default_folder
    from optimizer.cli.quiet import quiet_solver
    from optimizer.cli.solving import Interrupts
    from optimizer.loop.answer import answer_of
    from optimizer.loop.problem import LoopProblem
    from optimizer.loop.rounds import Loop
    from optimizer.loop.schedules import Schedules
    from optimizer.mix.search import Limits as MixLimits

    mix, case = _read(folder)
    if today_flow(mix) is None:
        message = (
            "is missing: it says which channel takes how much today, which the plan's shape of the day begins with"
        )
        raise InputFaults([Fault("today.csv", None, None, "", message)])
    demand = forecast(scenario).demand if scenario.demand is None else scenario.demand
    problem = LoopProblem(scenario, demand, mix, case)
    each = replace(limits, gap=max(limits.gap, TABLE_GAP), time_limit_s=min(limits.time_limit_s, TABLE_SECONDS))
    reuse = Reuse(default_folder())
    with (
        quiet_solver(),
        Interrupts() as interrupts,
        Schedules(scenario, each, kept_points(reuse, each), limits.threads) as schedules,
    ):
        schedules.is_stopped = lambda: interrupts.pressed
        mixes = MixLimits(gap=MIX_GAP, seed=limits.seed)
        loop = Loop(problem, schedules, mixes, clock=clock, tell=tell, kept=_KeptBounds(reuse)).run()
    return answer_of(loop, limits.seed)


class _KeptBounds:
    """Bounds of mixes in the cache (`optimizer.invest.bounding.Kept`)."""

    def __init__(self, reuse: Reuse) -> None:
        self._reuse = reuse

    def find(self, parts: list[bytes]) -> Any:
        """Return what is kept."""
        from optimizer.batch.reuse import PLAIN

        found = self._reuse.find("mix-bounds", parts, PLAIN)
        return found if isinstance(found, dict) and found.keys() == {"least", "raised", "seconds"} else None

    def keep(self, parts: list[bytes], record: dict[str, Any]) -> None:
        """Keep a record."""
        from optimizer.batch.reuse import PLAIN

        self._reuse.keep("mix-bounds", parts, PLAIN, record)


def _read(folder: Path) -> tuple[MixCase, InvestmentCase | None]:
    from models.investment.reading import read_case
    from models.mix.reading import read_mix

    if (folder / "invest.yaml").is_file() and not (folder / "work.csv").is_file():
        case, mix = read_case(folder)
        if mix is not None:
            return mix, case
    return read_mix(folder), None


def at_decision(scenario: Scenario, answer: Answer) -> Scenario:
    """Return the scenario with the demand that the decided mix leaves."""
    from dataclasses import replace

    return replace(scenario, demand=answer.demand[["start", "contact_type", "contacts", "aht_s"]], history=None)


def write_decision(out: Path, answer: Answer) -> None:
    """Write decision.json, decision.csv and rounds.csv, mix/ and invest/ into the folder of a plan."""
    from models.decision import decision_files
    from models.files import write_together
    from models.investment.files import write_joint
    from models.mix.planfiles import mix_files

    write_together(out / "mix", mix_files(answer.mix))
    if answer.portfolio is not None:
        write_joint(out / "invest", answer.portfolio)
    write_together(out, decision_files(answer.decision))
