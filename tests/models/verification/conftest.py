"""A plan of the small example with rules of every kind in it, and a way to change one thing in its folder."""

import csv
import io
import json
import shutil

import pytest
import yaml

from models.examples import copy_example
from models.verification import verify_plan


def rules(settings):
    """Add rules of every kind that the small example can keep."""
    settings["horizon"] = {"start": "2024-06-03", "days": 3}
    settings["shrinkage"]["unplanned"] = 0.05
    settings["pay"] |= {"overtime_after_min": 380, "holiday_percent": 100}
    settings["pay"]["premiums"].append(
        {"name": "late", "days": "mon-fri", "from": "16:00", "to": "17:00", "percent": 10}
    )
    settings["limits"] = {
        "seats": 30,
        "heads": [{"from": "09:00", "to": "10:00", "max": 20, "min": 1}],
        "shift_types": [{"shift": "half", "max_per_day": 40, "max_share": 0.9}],
    }
    half, full = settings["shifts"]
    half["fixed_cost"] = 2.5
    half["breaks"] = [{"name": "rest", "length_min": 30, "paid": True, "after_start_min": 60, "before_end_min": 60}]
    full |= {"min_work_between_breaks_min": 60, "wage_factor": 1.4}
    settings["solve"] = {"seed": 1, "gap": 0.03, "time_limit_s": 30}


def edit_yaml(path, change):
    """Change settings by a function that takes them."""
    settings = yaml.safe_load(path.read_text())
    change(settings)
    path.write_text(yaml.safe_dump(settings, sort_keys=False))


@pytest.fixture(scope="session")
def planned(tmp_path_factory):
    """The plan's folder; nobody changes it."""
    from click.testing import CliRunner

    from models.simulation.aside import CompiledAside
    from optimizer.cli import main

    assert CompiledAside().ready(wait_s=240)  # or else the plan is not simulated
    place = tmp_path_factory.mktemp("verification")
    copy_example("small", place / "desk")
    edit_yaml(place / "desk" / "scenario.yaml", rules)
    result = CliRunner().invoke(main, ["plan", str(place / "desk"), "--out", str(place / "plan")])
    assert result.exit_code == 0, result.output
    return place / "plan"


class Folder:
    """A copy of the plan in which things can be changed."""

    def __init__(self, path):
        self.path = path

    def cell(self, name, line, column, change):
        """Change the cell of a table by a function of its text; the header is line 1."""
        path = self.path / name
        rows = list(csv.reader(io.StringIO(path.read_text())))
        place = rows[0].index(column)
        rows[line - 1][place] = str(change(rows[line - 1][place]))
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        path.write_text(text.getvalue())

    def rows(self, name):
        """Rows of a table with their lines."""
        reader = csv.DictReader(io.StringIO((self.path / name).read_text()))
        return [(number, row) for number, row in enumerate(reader, 2)]

    def plan(self, change):
        """Change plan.json by a function that takes its content."""
        path = self.path / "plan.json"
        content = json.loads(path.read_text())
        change(content)
        path.write_text(json.dumps(content))

    def settings(self, change):
        """Change the rules in the plan's copy of its inputs."""
        edit_yaml(self.path / "scenario" / "scenario.yaml", change)

    def found(self):
        """Every finding as (check, file, row, column)."""
        return [(one.check, one.file, one.row, one.column) for one in verify_plan(self.path).findings]


@pytest.fixture
def folder(planned, tmp_path):
    """A copy of the plan's folder."""
    return Folder(shutil.copytree(planned, tmp_path / "plan"))
