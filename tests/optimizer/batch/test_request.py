"""From folders, grids and tables to jobs; every fault of a request at once."""

import pytest

from models.faults import InputFaults
from optimizer.batch.records import BatchError, Options, Override
from optimizer.batch.request import Asked, Contents, check_paths, read_request


@pytest.fixture
def base(tmp_path, scenario):
    return scenario(tmp_path / "base")


def jobs_of(folder, **more):
    return read_request(Asked((folder,), **more))[0]


def grid(tmp_path, text):
    path = tmp_path / "grid.yaml"
    path.write_text(text)
    return path


def test_folders_are_found_below_and_labelled_by_jobs_csv(tmp_path, scenario):
    root = tmp_path / "all"
    for name in ("north/a", "north/b", "south/a", ".hidden/x"):
        scenario(root / name)
    (root / "jobs.csv").write_text(
        "scenario,label.region,seed,command,service.target\nnorth/b,north,7,schedule,0.9\nsouth/a,south,,,\n"
    )
    found = {job.name: job for job in jobs_of(root, options=Options(seed=1, gap=0.01))}
    assert list(found) == ["north/a", "north/b", "south/a"]
    assert found["north/b"].labels == {"region": "north"}
    assert found["north/b"].options == Options(seed=7, gap=0.01)
    assert found["north/b"].overrides == (Override("service.target", 0.9),)
    assert [job.command for job in found.values()] == ["plan", "schedule", "plan"]
    assert set(found["north/a"].base) == {"scenario.yaml", "contact_types.csv", "pools.csv", "demand.csv"}


def test_a_single_scenario_is_a_batch_of_one(base):
    (job,) = jobs_of(base)
    assert job.name == "base"


def test_a_grid_is_every_combination(tmp_path, base):
    text = """
        command: schedule
        seed: 5
        labels: {study: wages}
        grid:
          service.target: [0.7, 0.8]
          pay.wage_per_hour: {from: 18, to: 19, step: 0.5}
          demand.csv.contacts: [x1.1]
    """
    found = jobs_of(base, grid=grid(tmp_path, text))
    assert len(found) == len({job.key for job in found}) == 6
    assert found[0].name == "target=0.7_wage_per_hour=18_contacts=x1.1"
    assert [job.overrides[1].value for job in found[:3]] == [18.0, 18.5, 19.0]
    assert {job.command for job in found} == {"schedule"}
    assert found[0].options.seed == 5
    assert found[0].labels == {"study": "wages"}


def test_a_table_is_a_scenario_for_each_row(tmp_path, base):
    table = tmp_path / "t.csv"
    table.write_text("name,time_limit_s,service.target,interval_min\nhigh,9,0.9,\n,,,30\n")
    high, other = jobs_of(base, table=table)
    assert (high.name, high.options.time_limit_s, high.overrides) == ("high", 9.0, (Override("service.target", 0.9),))
    assert (other.name, other.overrides) == ("row-00003", (Override("interval_min", 30),))


def test_table_and_grid_multiply(tmp_path, base):
    table = tmp_path / "t.csv"
    table.write_text("name,service.target\nhigh,0.9\nlow,0.7\n")
    found = jobs_of(base, table=table, grid=grid(tmp_path, "grid: {pay.wage_per_hour: [18, 19]}\n"))
    assert [job.name for job in found] == [
        "high_wage_per_hour=18", "high_wage_per_hour=19", "low_wage_per_hour=18", "low_wage_per_hour=19",
    ]  # fmt: skip


def faults_of(call):
    with pytest.raises(InputFaults) as found:
        call()
    return [str(fault) for fault in found.value.faults]


def test_faults_of_a_grid_are_said_together(tmp_path, base):
    text = "command: dance\ngrid:\n  service.target: []\nlimit: 3\n"
    said = faults_of(lambda: jobs_of(base, grid=grid(tmp_path, text)))
    assert any("grid.yaml:1:command" in one and "plan" in one for one in said)
    assert any("grid.yaml:4:limit" in one for one in said)
    said = faults_of(lambda: jobs_of(base, grid=grid(tmp_path, "grid:\n  a.b: []\n  c.d: []\n")))
    assert [one.split(":")[1] for one in said] == ["2", "3"]


def test_paths_are_checked_against_the_schema_all_at_once(tmp_path, base):
    asked = Asked(
        (base,), grid=grid(tmp_path, "grid: {service.targt: [1], pools.csv.wage: [2], pay.wage_per_hour: [3]}\n")
    )
    said = faults_of(lambda: check_paths(read_request(asked)[0], asked))
    assert len(said) == 2
    assert any("did you mean target" in one for one in said)
    assert any("did you mean wage_per_hour" in one for one in said)


def test_faults_of_a_table_have_their_row(tmp_path, base):
    table = tmp_path / "t.csv"
    table.write_text("name,seed,gap,command\na,x,0.1,plan\nb,1,2,plan\nc,1,0,dance\nd,1\n")
    said = faults_of(lambda: jobs_of(base, table=table))
    assert [one.split(":")[1] for one in said] == ["2", "3", "4", "5"]


def test_the_same_name_twice_is_a_fault(tmp_path, base):
    table = tmp_path / "t.csv"
    table.write_text("name,service.target\na,0.8\na,0.9\n")
    assert "names two scenarios" in faults_of(lambda: jobs_of(base, table=table))[0]


def test_a_row_for_no_folder_is_a_fault(tmp_path, scenario):
    scenario(tmp_path / "all" / "a")
    (tmp_path / "all" / "jobs.csv").write_text("scenario,label.region\nb,north\n")
    assert "jobs.csv:2:scenario" in faults_of(lambda: jobs_of(tmp_path / "all"))[0]


def test_a_folder_without_scenarios_is_a_fault(tmp_path):
    assert "holds no scenario" in faults_of(lambda: jobs_of(tmp_path))[0]


def test_too_many_combinations_are_refused_before_they_are_made(tmp_path, base):
    axes = "".join(f"  a{number}: {{from: 1, to: 100, step: 1}}\n" for number in range(6))
    assert "are more than" in faults_of(lambda: jobs_of(base, grid=grid(tmp_path, "grid:\n" + axes)))[0]


def test_a_file_that_changes_while_the_batch_runs_is_noticed(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a,b\n")
    contents = Contents()
    mark = contents.add(path)
    path.write_text("a,c\n")
    with pytest.raises(BatchError, match="was changed while the batch ran"):
        contents.compressed(mark)


def test_copies_in_plans_and_results_are_no_scenarios(tmp_path, scenario):
    root = tmp_path / "all"
    scenario(root / "a")
    scenario(root / "plans" / "a" / "scenario")
    (root / "plans" / "a" / "plan.json").write_text("{}")
    scenario(root / "results" / "scenarios" / "a.0123" / "scenario")
    (root / "results" / "batch.json").write_text("{}")
    scenario(root / "b" / "scenario")  # a folder that is only called so
    assert [job.name for job in jobs_of(root)] == ["a", "b/scenario"]
    with pytest.raises(InputFaults, match="holds results of a batch"):
        jobs_of(root / "results")


def test_a_span_of_too_many_values_is_refused_before_they_are_made(tmp_path, base):
    path = grid(tmp_path, "grid: {pay.wage_per_hour: {from: 0, to: 1.0e+15, step: 0.001}}\n")
    with pytest.raises(InputFaults, match="more than 200,000"):
        jobs_of(base, grid=path)
