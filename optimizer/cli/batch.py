"""`servopt batch`: many scenarios, resumable, on this machine or on a Dask cluster."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from optimizer.cli.exits import INTERRUPTED, SOME_FAILED
from optimizer.cli.solving import FiniteRange

if TYPE_CHECKING:
    from optimizer.batch.cluster import Tls
    from optimizer.batch.request import Asked
    from optimizer.batch.results import ResultFolder
    from optimizer.batch.run import Tally, Workers
    from optimizer.cli.batch_progress import JsonLines, PlainLines

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


def _read_bytes(ctx: click.Context, param: click.Parameter, text: str | None) -> int | None:
    """Read 2GB, 500MB or a number of bytes."""
    if text is None:
        return None
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?)B?\s*", text, re.IGNORECASE)
    if not found or float(found[1]) <= 0:
        raise click.BadParameter(f"{text!r} is no amount of memory; write 2GB or 500MB", ctx, param)
    return int(float(found[1]) * _UNITS[found[2].upper()])


@click.command()
@click.argument("folders", metavar="DIR...", nargs=-1, type=_FOLDER)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("results"), show_default=True,
              help="Folder of the results; what is in it already is not run again.")  # fmt: skip
@click.option("--command", default="plan", show_default=True,
              help="What is run on each scenario: plan, schedule, mix, invest, roster.")  # fmt: skip
@click.option("--grid", type=_FILE, help="Every combination of the values in this YAML file, on the one scenario DIR.")
@click.option("--table", type=_FILE, help="One scenario for each row of this CSV file of overrides, on the one DIR.")
@click.option("--workers", type=click.IntRange(1, 1024), help="Processes.  [default: cores / threads]")
@click.option("--threads", type=click.IntRange(1, 1024), default=1, show_default=True,
              help="Threads of the solver in each.")  # fmt: skip
@click.option("--memory", metavar="SIZE", callback=_read_bytes,
              help="Most that a worker may hold, such as 2GB.  [default: its part of the free memory]")  # fmt: skip
@click.option("--kill-after", "kill_after_s", type=FiniteRange(0, min_open=True),
              help="Seconds after which a scenario counts as hung, and its worker is replaced.")  # fmt: skip
@click.option("--dask", metavar="ADDRESS", help="Scheduler of a Dask cluster to run on, such as tcp://scheduler:8786.")
@click.option("--tls-ca", type=_FILE, help="Certificate of the authority, for a cluster with TLS (tls://...).")
@click.option("--tls-cert", type=_FILE, help="Certificate of this client.")
@click.option("--tls-key", type=_FILE, help="Private key of this client.")
@click.option("--gap", type=FiniteRange(0, 1, max_open=True), help="Stop each search when proved this close.")
@click.option("--time-limit", "time_limit_s", type=FiniteRange(0, min_open=True), help="Seconds for each search.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), help="Seed of each search.")
@click.option("--report", is_flag=True, help="Write the page report.html of each plan too (5 MB each).")
@click.option("--brief", is_flag=True,
              help="Keep the figures of each scenario and not its files. Mixes of a sweep are then found from one that"
              " is solved in full, within 1 % of the optimum unless --gap says otherwise.")  # fmt: skip
@click.option("--skip-faulty", is_flag=True,
              help="Run the rest when the input of some has faults; those count as failed. Otherwise"
              " nothing is run.")  # fmt: skip
@click.option("--no-reuse", is_flag=True, help="Compute forecasts and requirements again that are in the cache.")
@click.option("--progress", type=click.Choice(["auto", "bar", "lines", "json"]), default="auto", show_default=True,
              help="A bar on a terminal, plain lines elsewhere, or JSON lines for programs.")  # fmt: skip
@click.option("--status", "status_of", metavar="RESULTS", type=_FOLDER, help="Only say how that batch stands.")
@click.option("--retry-failed", "retry", metavar="RESULTS", type=_FOLDER, help="Run that batch's failed ones again.")
def batch(folders: tuple[Path, ...], out: Path, status_of: Path | None, retry: Path | None, **given: Any) -> None:
    """Run many scenarios: the folders below DIR, or one scenario with a grid or table of overrides.

    A second run does only what is missing or changed; a batch that was killed goes on where it was. Results: a folder
    for each scenario, figures.parquet with all figures, manifest.json; see them with `servopt summary RESULTS`.

    jobs.csv in DIR, a row for a folder, gives labels to group by, and may give command, seed, time_limit_s, gap and
    changes by dotted path; `servopt summary RESULTS --by region` groups by the label of this one:

    \b
        scenario,label.region,time_limit_s,pools.csv.wage_per_hour
        utrecht,west,60,
        enschede,east,60,x1.03

    Exit codes: 0 all scenarios have their answer (that no plan can exist is one), 1 some failed or the batch cannot go
    on (disk full, cluster gone), 2 wrong use, 3 bad input or a results folder in use, 130 interrupted (Ctrl-C).
    """  # noqa: D301 - click's mark for lines that are not to be wrapped
    from optimizer.batch.commands import COMMANDS
    from optimizer.batch.results import ResultFolder

    if status_of is not None:
        _say_status(ResultFolder(status_of))
        return
    if given["command"] not in COMMANDS:
        raise click.BadParameter(f"must be one of {', '.join(COMMANDS)}", param_hint="--command")
    if retry is not None:
        if folders or given["grid"] or given["table"]:
            raise click.UsageError("--retry-failed takes no other scenarios: the folder knows its own")
        from optimizer.batch.manifest import asked_again, read_batch_record

        asked, folder = asked_again(read_batch_record(retry)), ResultFolder(retry)
    else:
        if not folders:
            raise click.UsageError("give DIR with scenarios, or --status or --retry-failed with a results folder")
        asked, folder = _asked(folders, given), ResultFolder(out)
    _run(asked, folder, given, retry=retry is not None)


def _asked(folders: tuple[Path, ...], given: dict[str, Any]) -> Asked:
    from optimizer.batch.records import Options
    from optimizer.batch.request import Asked

    options = Options(given["time_limit_s"], given["seed"], given["gap"], given["report"], given["brief"])
    return Asked(folders, given["grid"], given["table"], given["command"], options)


def _run(asked: Asked, folder: ResultFolder, given: dict[str, Any], *, retry: bool) -> None:
    from optimizer.batch.records import BatchError
    from optimizer.batch.run import run_batch

    context = click.get_current_context()
    place, threads = _place(given)
    listener = _listener(given["progress"])
    try:
        tally = run_batch(
            asked,
            folder,
            place,
            listener,
            threads=threads,
            retry_failed=retry,
            skip_faulty=given["skip_faulty"],
            reuse=not given["no_reuse"],
        )
    except BatchError as error:
        listener.close()
        click.echo(str(error), err=True)
        context.exit(SOME_FAILED)
    except KeyboardInterrupt:
        listener.close()
        click.echo(f"Interrupted; what was finished is kept in {folder.root}/: start the batch again.", err=True)
        context.exit(INTERRUPTED)
    finally:
        listener.close()
    if given["progress"] != "json":
        _say_end(tally, folder)
    context.exit(SOME_FAILED if tally.failed or tally.left else 0)


def _place(given: dict[str, Any]) -> tuple[Callable[[], AbstractContextManager[Workers]], int]:
    """Where the work is done, and the threads of the solver there."""
    if given["dask"] is not None:
        from optimizer.batch.cluster import DaskCluster, Tls

        tls: Tls = Tls(given["tls_ca"], given["tls_cert"], given["tls_key"])
        cluster = DaskCluster(given["dask"], tls)
        return lambda: cluster, given["threads"]
    from optimizer.batch.pool import LocalPool, machine

    wish, notes = machine(given["workers"], given["threads"], given["memory"], given["kill_after_s"])
    for note in notes:
        click.echo(f"note: {note}", err=True)
    return lambda: LocalPool(wish), wish.threads


def _listener(progress: str) -> PlainLines | JsonLines:
    import sys

    from optimizer.cli.batch_progress import Bar, JsonLines, PlainLines

    if progress == "auto":
        progress = "bar" if sys.stdout.isatty() else "lines"
    if progress == "json":
        return JsonLines()
    return Bar() if progress == "bar" else PlainLines()


def _say_end(tally: Tally, folder: ResultFolder) -> None:
    from optimizer.cli.batch_progress import MOST_NAMED

    what = ", ".join(f"{count:,} {status}" for status, count in sorted(tally.statuses.items())) or "nothing to do"
    click.echo(
        f"{tally.ran:,} ran: {what}; {tally.done:,} of {tally.total:,} have their answer, {tally.failed:,} failed"
    )
    if tally.infeasible:
        names = ", ".join(tally.infeasible[:MOST_NAMED])
        more = len(tally.infeasible) - MOST_NAMED
        click.echo(f"infeasible: {names}" + (f" and {more:,} more" if more > 0 else ""))
    if tally.worst_gap is not None:
        click.echo(f"{tally.cut:,} ended by the time limit; the worst gap is {tally.worst_gap:.2%}")
    click.echo(f"written: {folder.root}/ (see it: servopt summary {folder.root})")


def _say_status(folder: ResultFolder) -> None:
    """Print how a batch stands, from what is in its folder."""
    from optimizer.batch.manifest import read_batch_record
    from optimizer.batch.results import KEY_CHARS
    from optimizer.cli.batch_progress import short

    scenarios = read_batch_record(folder.root)["scenarios"]
    finished, failures = folder.finished(), folder.failures()
    marks = {one["key"][:KEY_CHARS]: one["name"] for one in scenarios}
    done = sum(mark in finished for mark in marks)
    failed = [mark for mark in marks if mark in failures and mark not in finished]
    state = "running" if folder.is_locked() else "not running"
    click.echo(
        f"{len(marks):,} scenarios: {done:,} done, {len(failed):,} failed, {len(marks) - done - len(failed):,} to run; "
        f"{state}"
    )
    records = {record["key"][:KEY_CHARS]: record for record in folder.records()}
    infeasible = [mark for mark in marks if records.get(mark, {}).get("status") == "infeasible"]
    for word, found in (("failed", failed), ("infeasible", infeasible)):
        for mark in found:
            click.echo(f"{word}: {marks[mark]}: {short(str(records.get(mark, {}).get('reason', '')))}")
