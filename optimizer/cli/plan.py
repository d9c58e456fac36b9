"""`servopt plan`: the main job, from history to a shift plan, its cost and its proof."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from models.remark import remark
from optimizer.cli.deciding import at_decision, decide, holds_mix, write_decision
from optimizer.cli.exits import INFEASIBLE, NO_PLAN
from optimizer.cli.solving import Interrupts, end_with, solving_options
from optimizer.cli.verify import brief, end_with_findings

if TYPE_CHECKING:
    from models.learnt import LearntTargets
    from models.scenario import Scenario
    from models.simulated import SimulatedService
    from models.simulation.aside import CompiledAside
    from optimizer.loop.answer import Answer
    from optimizer.pipeline import Say, Stages
    from optimizer.shifts.engine import Limits

    Made = tuple[Stages, SimulatedService | None, LearntTargets | None, tuple[str, ...]]

LOOP_SECONDS = 120.0
"""Of the closed loop and the schedule of what it decides."""
LOOP_SHARE, HURRIED_SECONDS = 0.88, 4.0
"""Of it, for the closed loop; and what the schedule has at least, and after Ctrl-C."""
MOST_WAIT_S = 4.0
"""For an engine that is not compiled yet, by a simulation that nobody asked for."""


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("plan"),
    show_default=True,
    help="Folder for the plan's files; files of the same name are replaced when all are ready.",
)
@solving_options
@click.option(
    "--replications",
    type=click.IntRange(0, 10_000),
    help="Simulations of the plan, contact by contact; 0: none, else 2 or more.  [default: some seconds]",
)
@click.option(
    "--calibrate",
    "learn",
    is_flag=True,
    help="Shift targets until the simulated service meets what is promised, at least cost.",
)
@click.option(
    "--today",
    is_flag=True,
    help="Plan the shifts of today's work only, although DIR holds a channel mix (mix.yaml).",
)
@click.option("--quiet", is_flag=True, help="Print nothing when all is well.")
def plan(
    folder: Path,
    out: Path,
    gap: float | None,
    time_limit_s: float | None,
    seed: int | None,
    threads: int | None,
    replications: int | None,
    learn: bool,
    today: bool,
    quiet: bool,
) -> None:
    """Make the shift plan of the scenario in DIR and prove it.

    Runs forecast, requirement, schedule and cost, simulates the plan, and writes forecast.csv, requirement.csv,
    schedule.csv, coverage.csv, cost.csv, plan.json (each stage with status, bound and gap), report.html, and scenario/:
    the inputs with the demand that was planned for, so that the plan can be verified and simulated anywhere. At the end
    the files are verified (`servopt verify`). Ctrl-C takes the best plan so far.

    Where DIR holds a channel mix (mix.yaml, today.csv), and initiatives (invest.yaml), they are decided together with
    the schedule: cost tables are made from schedules, mix and initiatives chosen on them, and the schedules of what was
    chosen solved again, until tables and schedules agree. mix/, invest/, decision.json, decision.csv and rounds.csv are
    written beside the shift plan, which is that of the week that the decision leaves. --today plans today's work. The
    decision and its schedule take --time-limit seconds, 120 by default, and are then the best so far; simulation and
    files come after that. Ctrl-C ends the decision with the best so far, and writes its plan.

    With --calibrate the schedule is made several times, and calibration.csv says what was learnt. The one that is kept
    is simulated once more with customers that it has not learnt from: that is the service that is shown.
    """
    if replications == 1:
        raise click.UsageError("one simulation has no confidence interval: --replications 0 (none), or at least 2")
    if learn and replications == 0:
        raise click.UsageError("--calibrate learns from simulations: leave --replications out, or above 0")
    from rich.console import Console

    console = Console(highlight=False)
    with console.status("reading"):
        from models.plan_inputs import kept_inputs, require_free_inputs
        from models.requirement import requirement_frame
        from models.scenario import read_scenario
        from models.verification import verify_plan
        from optimizer.clock import Clock
        from optimizer.loop.found import ENDED_BY_USER
        from optimizer.pipeline import scenario_limits, search_options
        from optimizer.report.content import report_content
        from optimizer.report.files import write_report
        from optimizer.report.summary import plan_summary

        require_free_inputs(out, folder)
        scenario = read_scenario(folder)
        inputs = kept_inputs(scenario)
    limits = scenario_limits(scenario, gap=gap, time_limit_s=time_limit_s, seed=seed, threads=threads)
    answer = None
    if not today and holds_mix(folder):
        own = scenario_limits(scenario, gap=gap, seed=seed, threads=threads)
        limits = replace(limits, time_limit_s=min(limits.time_limit_s, own.time_limit_s))
        clock = Clock(time_limit_s or LOOP_SECONDS)
        answer = _decided(folder, scenario, limits, LOOP_SHARE * clock.left())
        hurried = answer.decision.result["ended"] == ENDED_BY_USER
        left = HURRIED_SECONDS if hurried else max(clock.left(), HURRIED_SECONDS)
        limits = replace(limits, time_limit_s=min(limits.time_limit_s, left))
        replications = 0 if hurried else replications  # who is in a hurry is not kept waiting by a simulation
        scenario = at_decision(scenario, answer)
    with console.status("forecast") as status:
        stages, simulated, learnt, notes = _made(
            scenario, limits, replications, learn, lambda stage: status.update(stage)
        )
        status.update("writing")
        frame = requirement_frame(stages.requirement, scenario)
        content = report_content(
            scenario, stages.forecast, frame, stages.plan, stages.results, inputs=inputs,
            options=search_options(limits), notes=notes, simulated=simulated, learnt=learnt,
        )  # fmt: skip
        write_report(out, content)
        if answer is not None:
            write_decision(out, answer)
        status.update("verifying")
        verified = verify_plan(out)
    if not quiet:
        console.print(plan_summary(content))
        if answer is not None:
            from optimizer.report.decision import decision_summary

            console.print(decision_summary(answer.decision))
        for note in content.record.notes:
            click.echo(f"note: {note}", err=True)
        click.echo(f"written: {out}/ (open {out / 'report.html'})")
        click.echo(brief(verified))
    end_with_findings(verified)
    end_with(stages.plan, explained=not quiet)


def _decided(folder: Path, scenario: Scenario, limits: Limits, seconds: float) -> Answer:
    """Decide mix and initiatives with the schedule, or leave with the reason why there is no such plan."""
    from rich.console import Console

    from optimizer.clock import OutOfTimeError
    from optimizer.invest.cuts import NoJointPlanError
    from optimizer.loop.rounds import NoMixError

    started = time.perf_counter()
    # standard output is kept quiet meanwhile
    with Console(stderr=True, highlight=False).status("closed loop") as status:

        def tell(text: str) -> None:
            status.update(f"closed loop, {time.perf_counter() - started:,.0f} s of {seconds:,.0f}: {text}")

        try:
            return decide(folder, scenario, limits, tell, seconds)
        except (NoMixError, NoJointPlanError) as problem:
            click.echo(str(problem), err=True)
            click.get_current_context().exit(INFEASIBLE)
        except OutOfTimeError:
            click.echo("No plan was found within the time: raise --time-limit.", err=True)
            click.get_current_context().exit(NO_PLAN)
        except KeyboardInterrupt:
            click.echo("Interrupted before there was a plan; nothing is written.", err=True)
            click.get_current_context().exit(NO_PLAN)


def _made(scenario: Scenario, limits: Limits, replications: int | None, learn: bool, say: Say) -> Made:
    """Run every stage, simulate or calibrate, and say in a note why nothing was simulated.

    The simulation's engine is compiled beside the search when it has to be, and Ctrl-C ends all that is left.
    """
    from models.simulation.aside import CompiledAside
    from optimizer.calibration import simulated_stages
    from optimizer.pipeline import run_stages

    engine = None if replications == 0 else CompiledAside()
    with Interrupts() as interrupts:
        stages = run_stages(scenario, limits, say)
    status = stages.plan.result.status
    if status == "no plan":
        end_with(stages.plan)  # nothing to write: a plan of before stays
    notes: tuple[str, ...] = ()
    if engine is not None and interrupts.pressed:
        engine.close()  # who is in a hurry is not kept waiting by a simulation
    if engine is None or interrupts.pressed or status == "infeasible":
        replications = 0
    elif not _is_ready(engine, None if replications or learn else MOST_WAIT_S, say):
        replications = 0
        notes = (
            remark("Not simulated: the simulation is being compiled, once on this machine, and is not ready yet; "
                   "`servopt simulate PLAN` simulates this plan, and the next plan is simulated at once."),
        )  # fmt: skip
    found = simulated_stages(scenario, stages, limits, replications, learn=learn, say=say)
    return (*found, notes)


def _is_ready(engine: CompiledAside, wait_s: float | None, say: Say) -> bool:
    if not engine.ready():
        say("compiling the simulation (once on this machine)")
    try:
        return engine.ready(wait_s)
    except KeyboardInterrupt:
        engine.close()
        return False
