"""Legal lines to begin with, on the example that a planner edits first."""

import shutil

from models.examples import example_path
from models.roster.reading import read_roster_folder
from optimizer.roster.beginning import legal_lines
from optimizer.roster.setting import Setting


def test_a_rule_less_leaves_everybody_a_legal_line(tmp_path):
    """A search that stops early once found none for six people, although fewer rules only allow more lines."""
    folder = tmp_path / "centre"
    shutil.copytree(example_path("centre"), folder)
    text = (folder / "roster.yaml").read_text()
    rows = [row for row in text.splitlines() if "name: rest after nights," not in row]
    assert len(rows) == len(text.splitlines()) - 1
    (folder / "roster.yaml").write_text("\n".join(rows))
    setting = Setting(read_roster_folder(folder).case, lambda: 100.0)
    legal, without, unknown = legal_lines(setting, setting.everybody)
    assert (without, unknown) == ([], [])
    assert sorted(legal) == setting.everybody
