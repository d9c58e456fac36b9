"""`servopt invest`: which initiatives to fund, when, and what they return."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from models.remark import remark
from optimizer.cli.exits import INFEASIBLE, NO_PLAN
from optimizer.cli.quiet import quiet_solver
from optimizer.cli.solving import FiniteRange, say_infeasible
from optimizer.cli.verify import brief, end_with_findings

if TYPE_CHECKING:
    from rich.console import Console

    from models.investment.case import InvestmentCase
    from models.mix.case import MixCase
    from models.verification import Verification


def _read_budgets(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[int, float] | None:
    """Read 2026=400000,2027=250000 (the option may also stand several times)."""
    budgets: dict[int, float] = {}
    hint = "write 2026=400000,2027=250000, without thousands marks"
    for part in ",".join(values).split(",") if values else ():
        year, mark, amount = part.partition("=")
        try:
            budgets[int(year)] = float(amount)
        except ValueError:
            raise click.BadParameter(f"{part!r} is no budget; {hint}", ctx, param) from None
        if not mark or not 0 <= budgets[int(year)] <= 1e13:
            raise click.BadParameter(f"{part!r} is no budget; {hint}", ctx, param)
    if len(budgets) < len(",".join(values).split(",") if values else ()):
        raise click.BadParameter("a year stands there twice; give each one budget", ctx, param)
    return budgets or None


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--budget", "budgets", multiple=True, callback=_read_budgets, metavar="YEAR=MONEY,...",
    help="Budgets instead of those of invest.yaml, such as 2026=400000,2027=250000.",
)  # fmt: skip
@click.option(
    "--budget-covers", type=click.Choice(["one_off", "all"]),
    help="What the budgets pay: one-off costs only, or running costs too; instead of budget_covers of invest.yaml.",
)  # fmt: skip
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default=Path("invest"), show_default=True,
    help="Folder for invest.json, portfolio.csv, cash_flow.csv, budget.csv, capacity.csv and the others.",
)  # fmt: skip
@click.option("--explain", "explain", is_flag=True, help="Say why each one is in or out, and what moves the NPV.")
@click.option("--joint", is_flag=True, help="Decide the channel mix of DIR (mix.yaml) together with the initiatives.")
@click.option("--fast", is_flag=True, help="Only the portfolio: nothing is solved again for what each one adds.")
@click.option("--gap", type=FiniteRange(0, 1, max_open=True), help="Stop when proved this close: 0.001 is 0.1 %.")
@click.option("--time-limit", "time_limit_s", type=FiniteRange(0, min_open=True), help="Seconds for the portfolio.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), help="Seed of everything that is drawn.")
@click.option(
    "--lp",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write the model as algebra for other solvers: FILE.lp or FILE.mps (which minimises -NPV).",
)
@click.option("--quiet", is_flag=True, help="Print nothing when all is well.")
def invest(
    folder: Path,
    budgets: dict[int, float] | None,
    budget_covers: str | None,
    out: Path,
    explain: bool,
    joint: bool,
    fast: bool,
    gap: float | None,
    time_limit_s: float | None,
    seed: int | None,
    lp: Path | None,
    quiet: bool,
) -> None:
    """Choose the initiatives of DIR that return most within the budgets, and prove it.

    DIR holds invest.yaml, initiatives.csv, effects.csv and the like. Beside a channel mix (mix.yaml) and without
    work.csv, what initiatives save counts from today's mix; --joint decides the mix with them.
    `servopt calc roi OUT/cash_flow.csv --rate RATE` gives the same NPV, IRR and payback from the written file.
    """
    if joint and (explain or fast or lp is not None):
        raise click.UsageError("--explain, --fast and --lp are of the initiatives alone; leave them out beside --joint")
    from rich.console import Console

    console = Console(highlight=False)
    with console.status("reading") as status:
        from models.investment.files import write_portfolio
        from models.investment.reading import read_case
        from models.verification import verify_plan
        from optimizer.invest.answer import invest as decide
        from optimizer.invest.answer import with_limits
        from optimizer.report.portfolio import explanation, portfolio_summary

        case, mix = read_case(folder, budgets=budgets)
        case = with_limits(case, gap=gap, time_limit_s=time_limit_s, seed=seed)
        if budget_covers is not None:
            settings = case.settings.model_copy(update={"budget_covers": budget_covers})
            case = replace(case, settings=settings)
        if joint:
            _jointly(case, mix, out, quiet, console)
            return
        if lp is not None:
            status.update("writing the model")
            _export(case, lp)
        with quiet_solver():
            portfolio = decide(case, again=not fast, tell=lambda text: status.update(text))
        if portfolio.result.status not in ("infeasible", "no plan"):
            status.update("writing")
            write_portfolio(out, portfolio)
            verified = verify_plan(out)
    context = click.get_current_context()
    if portfolio.result.status == "infeasible":
        say_infeasible(portfolio.conflicts, portfolio.relaxation, what=remark("portfolio"), record="")
        context.exit(INFEASIBLE)
    if portfolio.result.status == "no plan":
        click.echo("No portfolio was found within the time limit: raise solve.time_limit_s or --time-limit.", err=True)
        context.exit(NO_PLAN)
    if not quiet:
        console.print(portfolio_summary(portfolio))
        if explain:
            console.print(explanation(portfolio))
        _say_written(portfolio.notes, out, case, verified)
    end_with_findings(verified)


def _say_written(notes: tuple[str, ...], out: Path, case: InvestmentCase, verified: Verification) -> None:
    """Print the remarks, where the files are, and how they were verified."""
    for note in notes:
        words = textwrap.fill(f"note: {note}", 80, subsequent_indent="  ", break_long_words=False)
        click.echo(words, err=True)
    rate = case.settings.discount_rate
    click.echo(f"written: {out}/")
    click.echo(f"check it: servopt calc roi {out}/cash_flow.csv --rate {rate:g}")
    click.echo(brief(verified))


def _export(case: InvestmentCase, path: Path) -> None:
    """Write the readable twin, with tangents where the search needed them, as an LP or MPS file."""
    from models.investment.risk import scenario_sizes
    from optimizer.cli.export import write_program
    from optimizer.invest.model import InvestModel
    from optimizer.invest.search import search
    from optimizer.invest.twin import as_pulp

    model = InvestModel(case, scenario_sizes(case))
    with quiet_solver():
        search(model)
    write_program(as_pulp(case, model.places()), path)


def _jointly(case: InvestmentCase, mix: MixCase | None, out: Path, quiet: bool, console: Console) -> None:
    """Decide initiatives and mix together, write and print."""
    from models.investment.checks import joint_faults
    from models.investment.files import write_joint
    from models.verification import verify_plan
    from optimizer.invest.cuts import NoJointPlanError
    from optimizer.invest.joint import invest_jointly
    from optimizer.report.portfolio import joint_summary

    if mix is None:
        raise click.UsageError("--joint needs a channel mix (mix.yaml) in DIR, and no work.csv beside it")
    joint_faults(case).raise_if_any()
    try:
        with quiet_solver():
            portfolio = invest_jointly(case, mix)
    except NoJointPlanError as problem:
        click.echo(str(problem), err=True)
        click.get_current_context().exit(INFEASIBLE)
    write_joint(out, portfolio)
    verified = verify_plan(out)
    if not quiet:
        console.print(joint_summary(portfolio))
        _say_written(portfolio.notes, out, case, verified)
    end_with_findings(verified)
