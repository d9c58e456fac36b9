"""Every command in data/finance/README.md runs and prints what stands there; every system U6-U27 of a table has one."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from models import examples
from optimizer.cli import main

FOLDER = Path(__file__).resolve().parents[3] / "data" / "finance"
README = (FOLDER / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```console\n\$ (servopt [^\n]*)\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)


def words(text):
    return re.sub(r"[\s│|]+", " ", text).strip()


@pytest.mark.parametrize(("command", "shown"), BLOCKS, ids=[command[13:60] for command, _ in BLOCKS])
def test_the_command_prints_what_stands_there(command, shown, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the tables are found wherever one stands
    monkeypatch.setenv("COLUMNS", "200")
    result = CliRunner().invoke(main, shlex.split(command)[1:], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    printed = words(result.output)
    assert shown.strip()
    for line in shown.splitlines():
        assert words(line) in printed, f"{line!r} is not in:\n{result.output}"


def test_every_system_has_its_command():
    assert {int(number) for number in re.findall(r"\(U(\d+)\)", README)} >= set(range(6, 28))
    assert len(BLOCKS) == README.count("```console")


def test_every_table_that_is_named_is_there():
    named = set(re.findall(r"data/finance/(\w+\.csv)", README))
    assert named <= {path.name for path in FOLDER.glob("*.csv")}


def test_the_folder_is_no_scenario():
    assert "finance" not in examples.list_examples()
    found = examples.example_file(Path("finance/orders.csv"))  # in an installed package it lies elsewhere
    assert found is not None and found.read_bytes() == (FOLDER / "orders.csv").read_bytes()
