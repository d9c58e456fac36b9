"""The working copy: nothing of the user's is touched before a save, and nothing is taken that is no scenario."""

import io
import re
import zipfile

import pytest

from optimizer.web.checking import faults_of
from optimizer.web.levers import levers, move
from optimizer.web.workspace import RefusedError, Workspace, changes, unzipped


@pytest.fixture
def work(desk, tmp_path):
    return Workspace.of_folder(desk, tmp_path / "work")


def test_a_setting_keeps_comments_and_the_users_file(work, desk):
    before = (desk / "mix.yaml").read_bytes()
    work.set_setting("mix.yaml", ("csat_floor",), 0.8)
    text = (work.folder / "mix.yaml").read_text()
    assert re.search(r"^csat_floor: 0.8 +# agreed$", text, re.M)
    assert text.startswith("# what a planner wrote")
    assert (desk / "mix.yaml").read_bytes() == before
    assert work.changed_files() == ["mix.yaml"]
    found = changes(work.opened, work.files)
    assert [(one.place, one.before, one.after) for one in found] == [("csat_floor", "0.79", "0.8")]


def test_a_lever_that_moves_back_leaves_no_change(work):
    lever = next(one for one in levers(work) if one.file == "volumes.csv")
    move(work, lever, 1.2)
    assert work.cell("volumes.csv", 0, "issues") == "6000.0"
    move(work, lever, 0.5)
    assert work.cell("volumes.csv", 0, "issues") == "2500.0"
    move(work, lever, 1.0)
    assert float(work.cell("volumes.csv", 0, "issues")) == 5000


def test_levers_are_those_of_the_folder_with_their_ranges(work):
    found = {(one.file, one.keys): one for one in levers(work)}
    floor = found["mix.yaml", ("csat_floor",)]
    assert floor.value == 0.79
    assert floor.low <= floor.value <= floor.high
    assert floor.live == "csat_floor"
    assert found["tiers.csv", ("tier", "gold", "csat_floor")].value == 0.8
    assert ("tiers.csv", ("tier", "standard", "csat_floor")) not in found
    assert ("mix.yaml", ("budget",)) in found  # no budget is a rule that can be made
    assert not any(one.file == "scenario.yaml" for one in found.values())


POOLS = "pool,target,within_s\ndesk,,\nchat,0.8,60\n"
SCENARIO = "service: {target: 0.8, within_s: 20}\n"


def test_only_a_table_with_contacts_has_a_lever_of_volumes(work):
    (work.folder / "history.csv").write_text("employee,date,shift\nAnn,2026-03-01,Early\n")
    assert not [one for one in levers(work) if one.file == "history.csv"]
    (work.folder / "history.csv").write_text("\ufeffstart,contact_type, contacts\n2026-03-01 08:00,orders,4\n")
    assert [one.kind for one in levers(work) if one.file == "history.csv"] == ["factor"]


def test_a_pool_with_a_level_of_its_own_has_a_lever_and_the_common_one_says_so(tmp_path):
    work = Workspace({"scenario.yaml": SCENARIO.encode(), "pools.csv": POOLS.encode()}, tmp_path / "work", None)
    found = {(one.file, one.keys): one for one in levers(work)}
    assert found["scenario.yaml", ("service", "target")].beside == ("chat",)
    level, within = (found["pools.csv", ("pool", "chat", name)] for name in ("target", "within_s"))
    assert (level.value, level.name, within.value) == (0.8, "chat", 60)
    assert ("pools.csv", ("pool", "desk", "target")) not in found
    move(work, level, 0.85)
    move(work, within, 45)
    moved = [(one.place, one.after) for one in changes(work.opened, work.files)]
    assert moved == [("3:target", "0.85"), ("3:within_s", "45")]


def test_save_writes_what_changed_and_only_over_what_was_opened(work, desk):
    work.set_cell("tiers.csv", 0, "csat_floor", "0.81")
    assert work.save() == ["tiers.csv"]
    assert "0.81" in (desk / "tiers.csv").read_text()
    assert work.changed_files() == []
    work.set_cell("tiers.csv", 0, "csat_floor", "0.82")
    (desk / "tiers.csv").write_text("tier,weight\ngold,9\n")
    with pytest.raises(RefusedError, match="changed in"):
        work.save()
    assert (desk / "tiers.csv").read_text() == "tier,weight\ngold,9\n"


def test_faults_of_a_change_are_those_of_the_readers(work):
    assert faults_of(work.folder) == ()
    work.set_cell("tiers.csv", 0, "csat_floor", "eighty")
    (fault,) = faults_of(work.folder)
    assert (fault.file, fault.row, fault.column, fault.value) == ("tiers.csv", 2, "csat_floor", "eighty")


def _zip(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_an_export_opens_again(work, tmp_path):
    content = _zip({f"desk/{name}": text for name, text in work.files.items()})
    again = Workspace.of_zip(content, tmp_path / "again")
    assert again.files == work.files
    with pytest.raises(RefusedError, match="uploaded"):
        again.save()


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"../mix.yaml": "x"}, "side by side"),
        ({"a/mix.yaml": "x", "b/types.csv": "x"}, "side by side"),
        ({"mix.yaml": "x", "run.sh": "x"}, "run.sh"),
        ({".mix.yaml": "x"}, "plain file name"),
        ({f"t{n}.csv": "" for n in range(201)}, "200 files"),
        ({"mix.yaml": b"0" * 50_000_001}, "unpacked"),
    ],
)
def test_what_is_no_scenario_is_refused(files, words):
    with pytest.raises(RefusedError, match=words):
        unzipped(_zip(files))


def test_no_zip_is_refused():
    with pytest.raises(RefusedError, match="no zip"):
        unzipped(b"PK\x03\x04 not really")


@pytest.mark.parametrize("name", ["../x.csv", "x/y.csv", "..\\x.csv", "x.exe", ".x.csv", "x" * 100 + ".csv"])
def test_an_upload_has_the_name_of_a_scenarios_file(work, name):
    with pytest.raises(RefusedError):
        work.replace(name, b"a\n1\n")


def test_an_upload_takes_the_place_of_its_namesake(work):
    work.replace("tiers.csv", b"tier,weight\ngold,1\nstandard,1\n")
    assert work.changed_files() == ["tiers.csv"]
    work.restore()
    assert work.changed_files() == []
