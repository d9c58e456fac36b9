"""`servopt cost-table` as a user types it."""

import pandas as pd
import pytest
from click.testing import CliRunner

from optimizer.cli import main


def run(*args):
    return CliRunner().invoke(main, [str(arg) for arg in args])


def test_the_table_is_written_and_summed_up(servopt, tmp_path):
    folder = servopt.one_day(tmp_path / "desk")
    out = tmp_path / "costs.csv"
    grid = ("--from", 0.5, "--to", 1, "--step", 0.5, "--service", "0.9,0.7", "--processes", 1)
    result = run("cost-table", folder, *grid, "--out", out)
    assert result.exit_code == 0, result.output
    table = pd.read_csv(out)
    assert list(table.groupby(["pool", "service_level"]).size()) == [3, 3, 3, 3]
    assert sorted(set(table["service_level"])) == [0.7, 0.9] and f"written: {out}" in result.output
    assert "desk: 6 rows, 0 to" in result.output and "note: limits.seats (30)" in result.output


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("--from", 1, "--to", 0.5), "is below --from"),
        (("--service", "80"), "lies between 0 and 1"),
        (("--service", "high"), "no list of shares"),
        (("--step", 0), "Invalid value for '--step'"),
        (("--step", 1e-9), "makes more than 1,000 factors"),
    ],
)
def test_wrong_use_is_said(servopt, tmp_path, args, words):
    result = run("cost-table", servopt.one_day(tmp_path / "desk"), *args, "--out", tmp_path / "costs.csv")
    assert result.exit_code == 2 and words in result.output and not (tmp_path / "costs.csv").exists()
