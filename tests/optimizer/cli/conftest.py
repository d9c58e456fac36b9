"""The command line as a user types it: in this process, or in one of its own."""

import os
import signal
import subprocess
import sys
from types import SimpleNamespace

import pandas as pd
import pytest
import yaml
from click.testing import CliRunner

from models.examples import copy_example

WHOLE = "import sys; sys.argv[0] = 'servopt'; from optimizer.cli import main; sys.exit(main())"
PLAN_FILES = {
    "plan.json", "forecast.csv", "requirement.csv", "schedule.csv", "coverage.csv", "cost.csv", "report.html",
    *(f"scenario/{name}" for name in ("scenario.yaml", "contact_types.csv", "pools.csv", "baseline.csv", "demand.csv")),
}  # fmt: skip


def run(*args):
    """Run `servopt ARGS` in this process; what it did not catch itself is raised here."""
    from optimizer.cli import main

    result = CliRunner().invoke(main, [str(arg) for arg in args], prog_name="servopt")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def run_alone(*args, **options):
    """Run `servopt ARGS` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", WHOLE, *map(str, args)], capture_output=True, text=True, timeout=120, **options
    )


def begin(*args):
    """Begin `servopt ARGS` in a process of its own, which takes Ctrl-C as one in a terminal does."""
    return subprocess.Popen(
        [sys.executable, "-c", WHOLE, *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )  # fmt: skip


def one_day(folder, *, calls=40, chats=13, mails=4, days=1, **changes):
    """Write the small example for Monday 3 June 2024 with its demand given; ``changes`` replace settings."""
    copy_example("small", folder)
    path = folder / "scenario.yaml"
    settings = yaml.safe_load(path.read_text())
    settings["horizon"] = {"start": "2024-06-03", "days": days}
    settings["solve"] = {"seed": 1, "gap": 0.03, "time_limit_s": 20}
    for name, value in changes.items():
        settings[name] = settings[name] | value if isinstance(settings.get(name), dict) else value
    path.write_text(yaml.safe_dump(settings, sort_keys=False))
    rows = ["start,contact_type,contacts,aht_s"]
    for stamp in pd.date_range("2024-06-03 09:00", periods=48 * days - 18, freq="30min"):
        if 9 <= stamp.hour < 17 and stamp.weekday() < 5:
            rows += [f"{stamp},{name}" for name in (f"calls,{calls},240", f"chat,{chats},480", f"email,{mails},300")]
    (folder / "demand.csv").write_text("\n".join(rows) + "\n")
    return folder


def edit(folder, change):
    """Change a scenario's settings by a function that takes them."""
    path = folder / "scenario.yaml"
    settings = yaml.safe_load(path.read_text())
    change(settings)
    path.write_text(yaml.safe_dump(settings, sort_keys=False))


def hourly(start, agents, *, minutes=60, zone=None):
    """Return requirement.csv for agents from a start on, one row an interval; offsets in the stamps with a zone."""
    stamps = pd.date_range(start, periods=len(agents), freq=f"{minutes}min", tz=zone)
    return "start,agents\n" + "".join(
        f"{stamp.isoformat()},{count}\n" for stamp, count in zip(stamps, agents, strict=True)
    )


def snapshot(folder):
    """Return what is in a folder, hidden files too."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


@pytest.fixture(scope="session")
def servopt():
    return SimpleNamespace(
        run=run, run_alone=run_alone, begin=begin, one_day=one_day, edit=edit, hourly=hourly, snapshot=snapshot,
        files=PLAN_FILES, sometimes=frozenset({"accuracy.csv", "simulated.csv"}),
    )  # fmt: skip


@pytest.fixture
def tables(tmp_path):
    """Run `servopt schedule` on two tables; returns the result, and the schedule where one was written."""

    def solve(need, shifts, *options):
        (tmp_path / "requirement.csv").write_text(need)
        (tmp_path / "shifts.csv").write_text(shifts)
        out = tmp_path / "schedule.csv"
        out.unlink(missing_ok=True)
        result = run(
            "schedule", "--requirement", tmp_path / "requirement.csv", "--shifts", tmp_path / "shifts.csv",
            "--out", out, *options,
        )  # fmt: skip
        schedule = pd.read_csv(out, dtype=str, keep_default_na=False) if out.exists() else None
        return SimpleNamespace(
            code=result.exit_code, output=result.output, errors=result.stderr, schedule=schedule,
            text=out.read_text() if out.exists() else None,
            rows=None if schedule is None else [tuple(row) for row in schedule.to_numpy().tolist()],
        )  # fmt: skip

    return solve
