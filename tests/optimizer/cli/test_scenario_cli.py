"""`servopt init` and `servopt check`."""

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from models.faults import InputFaults
from optimizer.cli.scenario import check, init


def run(command, *args):
    return CliRunner().invoke(command, [str(arg) for arg in args])


def test_init_lists_and_copies(tmp_path):
    listed = run(init, "--list")
    assert listed.exit_code == 0 and [line.split()[0] for line in listed.output.splitlines()] == [
        "bank",
        "centre",
        "retail",
        "rotation",
        "small",
        "vanad",
        "vanad-choices",
    ]
    done = run(init, "small", tmp_path / "mine")
    assert done.exit_code == 0 and (tmp_path / "mine" / "scenario.yaml").is_file()
    assert f"servopt check {tmp_path / 'mine'}" in done.output


def test_init_refuses(tmp_path):
    (tmp_path / "x").write_text("mine")
    for args in (["small", tmp_path], ["small", tmp_path / "x"], ["nope", tmp_path / "y"], ["small"], []):
        result = run(init, *args)
        assert result.exit_code == 2, args
    assert (tmp_path / "x").read_text() == "mine" and not (tmp_path / "y").exists()


def test_check_summarises_a_sound_scenario(tmp_path):
    run(init, "small", tmp_path / "mine")
    result = run(check, tmp_path / "mine")
    assert result.exit_code == 0, result.output
    for part in ("Small help desk", "2024-06-03 to 2024-06-09", "calls", "email", "10,248", "note:", "no faults"):
        assert part in result.output


def test_check_shows_the_handle_time_that_planning_uses(tmp_path):
    """The history of a type comes before contact_types.csv, which counts where there is none."""
    run(init, "small", tmp_path)
    types = pd.read_csv(tmp_path / "contact_types.csv")
    types["aht_s"] = 999
    types.to_csv(tmp_path / "contact_types.csv", index=False)
    history = pd.read_csv(tmp_path / "history.csv")
    calls = history["contact_type"] == "calls"
    history["aht_s"] = history["aht_s"].astype(float)
    history.loc[calls, "aht_s"] = np.where(np.arange(calls.sum()) % 2, 200.0, 300.0)
    history.loc[~calls, "aht_s"] = np.nan
    history.to_csv(tmp_path / "history.csv", index=False)
    mean = np.average(history.loc[calls, "aht_s"], weights=history.loc[calls, "contacts"])
    rows = {
        line.split()[1]: line.split()[3]
        for line in run(check, tmp_path).output.replace("│", " ").splitlines()
        if len(line.split()) > 5 and line.split()[1] in set(types["contact_type"])
    }
    assert rows == {name: f"{mean:,.0f}" if name == "calls" else "999" for name in types["contact_type"]}


def test_check_does_not_read_names_as_markup(tmp_path):
    run(init, "small", tmp_path / "mine")
    path = tmp_path / "mine" / "scenario.yaml"
    path.write_text(path.read_text().replace("name: Small help desk", 'name: "[red]desk[/blue]"'))
    result = run(check, tmp_path / "mine")
    assert result.exit_code == 0 and "[red]desk[/blue]" in result.output


def test_check_gives_every_fault_at_once(tmp_path):
    run(init, "small", tmp_path / "mine")
    with (tmp_path / "mine" / "history.csv").open("a") as stream:
        stream.write("2024-05-31 10:00,cals,1,\n2024-05-31 10:00,chat,-1,\n")
    result = run(check, tmp_path / "mine")
    assert isinstance(result.exception, InputFaults)
    assert [(fault.column, fault.value) for fault in result.exception.faults] == [
        ("contact_type", "cals"),
        ("contacts", "-1"),
    ]


def test_check_exits_with_3_from_the_command_line(tmp_path):
    cli = pytest.importorskip("optimizer.cli", reason="the group is not there yet")
    if not hasattr(cli, "main"):
        pytest.skip("the group is not there yet")
    import subprocess
    import sys

    code = "import sys; from optimizer.cli import main; sys.argv[0] = 'servopt'; sys.exit(main())"
    done = subprocess.run([sys.executable, "-c", code, "check", str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 3
    assert "scenario.yaml: is missing" in done.stderr + done.stdout and "Traceback" not in done.stderr


def test_check_reads_both_halves_of_a_folder(tmp_path):
    done = run(init, "retail", tmp_path / "shop")
    assert "servopt plan" in done.output and "servopt mix" in done.output
    result = run(check, tmp_path / "shop")
    assert result.exit_code == 0, result.output
    for part in ("Online shop, a typical week", "calls_en", "Online shop 2026", "self_service", "no faults"):
        assert part in result.output
    for name, old, new in (
        ("scenario.yaml", "target: 0.8", "target: 8"),
        ("mix.yaml", "csat_floor: 0.85", "csat_floor: 85"),
    ):
        path = tmp_path / "shop" / name
        path.write_text(path.read_text().replace(old, new))
    faults = run(check, tmp_path / "shop").exception.faults
    assert [(fault.file, fault.column) for fault in faults] == [
        ("scenario.yaml", "service.target"),
        ("mix.yaml", "csat_floor"),
    ]
    (tmp_path / "shop" / "scenario.yaml").unlink()
    assert [fault.file for fault in run(check, tmp_path / "shop").exception.faults] == ["mix.yaml"]
