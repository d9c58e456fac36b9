"""`servopt plan`: its files, its proof, its promises, and what it does when there is no plan, or no time."""

import json
import os
import re
import signal
import time
from html.parser import HTMLParser

import pandas as pd
import pytest
import yaml

from models.cost import pay_rules, price
from models.examples import copy_example, example_path
from models.planfiles import read_plan, read_schedule
from models.scenario import read_scenario
from optimizer.shifts import engine
from optimizer.solve import Answer, GrowingProgram, Status

SMALL = example_path("small")
CALM = ("--gap", "0.01", "--time-limit", "120")
"""The gap ends the search long before the time: the same plan on a busy machine."""
PLAIN = ("--replications", "0")
"""Without simulation, which takes its time too."""
HALF_HOUR = pd.Timedelta(minutes=30)


@pytest.fixture(scope="module")
def made(servopt, tmp_path_factory):
    """The plan of the small example."""
    out = tmp_path_factory.mktemp("plan") / "made"
    done = servopt.run("plan", SMALL, "--out", out, *CALM, *PLAIN)
    assert done.exit_code == 0, done.output
    return out, done


@pytest.fixture(scope="module")
def scenario():
    return read_scenario(SMALL)


# the files


def test_all_files_and_nothing_else(servopt, made):
    out, done = made
    assert set(servopt.snapshot(out)) == servopt.files | {"accuracy.csv"}
    assert f"written: {out}/" in done.stdout
    assert all("note:" not in line for line in done.stdout.splitlines())


def test_every_stage_says_how_it_ended(made):
    stages = json.loads((made[0] / "plan.json").read_text())["stages"]
    assert list(stages) == ["forecast", "requirement", "schedule"]
    for stage in stages.values():
        assert set(stage) == {"status", "objective", "bound", "gap", "seconds", "solver", "seed"}
        assert stage["seconds"] >= 0
        assert stage["solver"]
    result = stages["schedule"]
    assert result["seed"] == 1
    assert result["bound"] <= result["objective"]
    assert result["gap"] == pytest.approx(1 - result["bound"] / result["objective"], abs=1e-9)
    assert result["gap"] <= 0.01
    assert result["status"] == ("optimal" if result["gap"] <= 1e-9 else "feasible")


def test_the_schedule_costs_what_the_plan_says_to_the_cent(made, scenario):
    schedule = read_schedule(made[0] / "schedule.csv")
    priced = price(schedule, pay_rules(scenario))
    objective = json.loads((made[0] / "plan.json").read_text())["stages"]["schedule"]["objective"]
    assert priced.cost == pytest.approx(objective, abs=0.005)
    assert (priced.rows["priced_each"] - schedule["cost_each"]).abs().max() < 0.005
    totals = pd.read_csv(made[0] / "cost.csv").query("level == 'total' and pool.isna()")
    assert totals["cost"].iloc[0] == pytest.approx(objective, abs=0.005)


def test_coverage_is_what_the_schedule_gives(made):
    heads, away = attendance(made[0] / "schedule.csv")
    coverage = pd.read_csv(made[0] / "coverage.csv")
    seen = set()
    for row in coverage.itertuples():
        place = (row.pool, pd.Timestamp(row.start).tz_convert("UTC"))
        seen.add(place)
        assert row.heads == heads.get(place, 0), place
        assert row.on_break == away.get(place, 0), place
        assert row.on_duty == row.heads - row.on_break == row.productive, place
    assert {place for place, count in heads.items() if count} <= seen


def attendance(path):
    """Heads and people on a break by (pool, instant), by plain loops over the file's text."""
    heads, away = {}, {}
    for row in pd.read_csv(path, keep_default_na=False).itertuples():
        start, end = pd.Timestamp(row.start).tz_convert("UTC"), pd.Timestamp(row.end).tz_convert("UTC")
        paid, now = 0, start
        breaks = [cell.strip().split(" ") for cell in row.breaks.split(";") if cell.strip()]
        while now < end:
            clock = f"{now.tz_convert('Europe/Berlin'):%H:%M}"
            off = [parts for parts in breaks if parts[0].split("-")[0] <= clock < parts[0].split("-")[1]]
            heads[row.pool, now] = heads.get((row.pool, now), 0) + row.count
            if off:
                away[row.pool, now] = away.get((row.pool, now), 0) + row.count
            paid += 30 if not off or off[0][-1] == "paid" else 0
            now += HALF_HOUR
        assert paid == row.paid_min
    return heads, away


def test_every_pool_keeps_its_promise_every_day(made, scenario):
    coverage = pd.read_csv(made[0] / "coverage.csv")
    coverage["day"] = coverage["start"].str[:10]
    busy = coverage[coverage["contacts"] > 0]
    assert set(busy["pool"]) == set(scenario.pools)
    for (pool, day), rows in busy.groupby(["pool", "day"]):
        level = (rows["service_level"] * rows["contacts"]).sum() / rows["contacts"].sum()
        assert level >= scenario.pools[pool].target - 1e-6, (pool, day)
        assert rows["service_level"].min() >= scenario.pools[pool].floor - 1e-9, (pool, day)
        assert (rows["productive"] - rows["deferrable_done"] >= rows["agents_floor"] - 1e-6).all()


def test_shifts_keep_their_rules(made, scenario):
    rules = {shift.name: shift for shift in scenario.settings.shifts}
    for row in pd.read_csv(made[0] / "schedule.csv", keep_default_na=False).itertuples():
        start, end = pd.Timestamp(row.start), pd.Timestamp(row.end)
        assert row.date == row.start[:10]
        assert "09:00" <= f"{start:%H:%M}" <= ("13:00" if row.shift == "half" else "10:30")
        assert f"{end:%H:%M}" <= "17:00"
        assert row.paid_min in ([240] if row.shift == "half" else range(360, 451, 30))
        assert start.weekday() < (6 if row.shift == "half" else 5)
        if row.shift == "full":
            times = re.fullmatch(r"(\d\d:\d\d)-(\d\d:\d\d) meal unpaid", row.breaks)
            begin, finish = (pd.Timestamp(f"{row.date} {clock}", tz="Europe/Berlin") for clock in times.groups())
            assert finish - begin == HALF_HOUR
            assert begin - start >= pd.Timedelta(hours=2)
            assert end - finish >= pd.Timedelta(hours=2)
        assert row.shift in rules


def test_the_summary_says_what_the_files_say(made):
    record = read_plan(made[0])
    screen = made[1].stdout
    assert f"{record.plan.people:,} shifts" in screen
    assert f"EUR {record.plan.cost:,.0f}" in screen
    assert "best plan found, gap 0." in screen or "proved optimal" in screen
    assert f"{record.summary['worst_service_level']:.1%}".replace("%", " %") in screen


class _Page(HTMLParser):
    """Tags that stay open, and scripts, of a page."""

    VOID = frozenset({"meta", "br", "hr", "img", "link", "input", "col", "path", "rect", "line", "circle"})

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.text = [], [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, tag

    def handle_data(self, data):
        if not self.open or self.open[-1] not in ("script", "style"):
            self.text.append(data)


def read_page(path):
    page = _Page()
    page.feed(path.read_text())
    page.close()
    return page


def test_the_report_is_a_whole_page(made):
    page = read_page(made[0] / "report.html")
    assert page.open == []
    assert "Small help desk" in " ".join(page.text)
    assert not [tag for tag, attributes in page.tags if str(attributes.get("src", "")).startswith("http")]


NASTY = "<script>alert('x')</script><b onclick=y>&amp; {{plotly}} =1+1"


def test_what_users_typed_is_text_on_the_page(servopt, tmp_path):
    folder = servopt.one_day(tmp_path / "desk", name=NASTY, description=NASTY)
    servopt.edit(folder, lambda settings: settings["shifts"][0].update(name="half<i>&lt"))
    for name in ("contact_types.csv", "pools.csv"):
        table = folder / name
        table.write_text(re.sub(r"\bdesk\b(?=,)", "de<u>sk", table.read_text()))
    done = servopt.run("plan", folder, "--out", tmp_path / "plan")
    assert done.exit_code == 0, done.output
    page = read_page(tmp_path / "plan" / "report.html")
    assert page.open == []
    assert not [tag for tag, attributes in page.tags if tag in ("b", "i", "u") or "onclick" in attributes]
    raw = (tmp_path / "plan" / "report.html").read_text()
    assert "alert('x')</script>" not in raw
    assert "<u>sk" not in raw
    assert NASTY in " ".join(page.text)
    assert set(read_schedule(tmp_path / "plan" / "schedule.csv")["pool"]) == {"de<u>sk", "chat"}


@pytest.mark.parametrize("name", ["=half", "+half", "@half", "-half"])
def test_names_that_a_spreadsheet_would_run_are_refused(servopt, tmp_path, name):
    folder = servopt.one_day(tmp_path / "desk")
    servopt.edit(folder, lambda settings: settings["shifts"][0].update(name=name))
    done = servopt.run("plan", folder, "--out", tmp_path / "plan")
    assert done.exit_code == 3
    assert name in done.stderr


def test_same_seed_same_plan_and_quiet_says_nothing(servopt, made, tmp_path):
    done = servopt.run("plan", SMALL, "--out", tmp_path / "again", "--seed", "1", "--quiet", *CALM, *PLAIN)
    assert done.exit_code == 0
    assert done.output == ""
    for name in ("forecast.csv", "requirement.csv", "schedule.csv", "coverage.csv", "cost.csv"):
        assert (tmp_path / "again" / name).read_bytes() == (made[0] / name).read_bytes(), name


def test_each_stage_alone_from_the_files_of_the_one_before(servopt, made, tmp_path):
    forecast, need, schedule = (tmp_path / name for name in ("f.csv", "r.csv", "s.csv"))
    assert servopt.run("forecast", SMALL, "--out", forecast).exit_code == 0
    assert servopt.run("staff", SMALL, "--demand", forecast, "--out", need).exit_code == 0
    done = servopt.run("schedule", SMALL, "--requirement", need, "--out", schedule, *CALM)
    assert done.exit_code == 0, done.output
    assert forecast.read_bytes() == (made[0] / "forecast.csv").read_bytes()
    alone = pd.read_csv(schedule)
    cost = (alone["count"] * alone["cost_each"]).sum()
    result = json.loads((made[0] / "plan.json").read_text())["stages"]["schedule"]
    assert cost == pytest.approx(result["objective"], rel=0.01)
    assert cost >= result["bound"] - 0.005


# no plan can exist


def test_shifts_that_start_too_late(servopt, tmp_path):
    def later(settings):
        for shift in settings["shifts"]:
            shift["earliest_start"] = "10:00"

    folder = servopt.one_day(tmp_path / "desk")
    servopt.edit(folder, later)
    done = servopt.run("plan", folder, "--out", tmp_path / "plan")
    assert done.exit_code == 4
    plan = json.loads((tmp_path / "plan" / "plan.json").read_text())
    assert set(servopt.snapshot(tmp_path / "plan")) - servopt.sometimes == servopt.files
    assert plan["stages"]["schedule"]["status"] == "infeasible"
    assert plan["stages"]["schedule"]["gap"] is None
    assert {row["start"][11:16] for row in plan["uncovered"]} == {"09:00", "09:30"}
    assert {row["pool"] for row in plan["uncovered"]} == {"desk", "chat"}
    assert any("pool desk on mon 2024-06-03 09:00-10:00" in text for text in plan["conflicts"])
    assert "let a shift of pool desk start at 09:00 or earlier on mon: the earliest is 10:00" in plan["relaxation"]
    assert plan["conflicts"][0] in " ".join(done.output.split())
    coverage = pd.read_csv(tmp_path / "plan" / "coverage.csv")
    late = coverage[coverage["start"].str[11:16] >= "10:00"]
    assert (late["productive"] >= late["agents_floor"]).all()

    servopt.edit(folder, lambda settings: [shift.update(earliest_start="09:00") for shift in settings["shifts"]])
    assert servopt.run("schedule", folder, "--out", tmp_path / "s.csv").exit_code == 0


def infeasible(servopt, tmp_path, **changes):
    """Return a folder without a plan, and what `servopt schedule` says about it."""
    folder = servopt.one_day(tmp_path / "desk", **changes)
    done = servopt.run("schedule", folder, "--out", tmp_path / "s.csv", "--gap", "0.3")
    assert done.exit_code == 4, done.output
    assert "There is no schedule that keeps every rule:" in done.stderr
    assert "What would help:" in done.stderr
    assert (tmp_path / "s.csv").is_file()
    return folder, done.stderr


def feasible(servopt, folder, tmp_path):
    done = servopt.run("schedule", folder, "--out", tmp_path / "again.csv", "--gap", "0.3")
    return done.exit_code == 0


def test_seats_too_few(servopt, tmp_path):
    folder, said = infeasible(servopt, tmp_path, limits={"seats": 6})
    assert re.search(r"cannot be kept: .*limits\.seats \(6\)", said)
    raised = int(re.search(r"raise limits\.seats \(6\) by (\d+) on mon 2024-06-03", said)[1])
    servopt.edit(folder, lambda settings: settings["limits"].update(seats=6 + raised))
    assert feasible(servopt, folder, tmp_path)
    servopt.edit(folder, lambda settings: settings["limits"].update(seats=6 + raised - 1))
    assert not feasible(servopt, folder, tmp_path)


def heads(start, end, **bounds):
    return {"days": "mon-sun", "from": start, "to": end, "pool": "desk", **bounds}


def test_least_and_most_heads_of_an_hour(servopt, tmp_path):
    limits = [heads("10:00", "12:00", min=9), heads("11:00", "12:00", max=7)]
    folder, said = infeasible(servopt, tmp_path, limits={"heads": limits})
    assert (
        "together these cannot be kept: limits.heads[0] (at least 9 on duty) on mon 2024-06-03; "
        "limits.heads[1] (at most 7 on duty) on mon 2024-06-03"
    ) in said
    lowered = int(re.search(r"lower limits\.heads\[0\] \(at least 9 on duty\) by (\d+)", said)[1])
    raised = int(re.search(r"raise limits\.heads\[1\] \(at most 7 on duty\) by (\d+)", said)[1])
    assert lowered == raised == 2
    servopt.edit(folder, lambda settings: settings["limits"]["heads"][0].update(min=7))
    assert feasible(servopt, folder, tmp_path)
    servopt.edit(folder, lambda settings: settings["limits"].update(heads=[limits[0], limits[1] | {"max": 9}]))
    assert feasible(servopt, folder, tmp_path)


def test_too_few_of_every_shift_type(servopt, tmp_path):
    limits = [{"shift": "half", "max_per_day": 2}, {"shift": "full", "max_per_day": 2}]
    folder, said = infeasible(servopt, tmp_path, calls=20, chats=6, mails=1, limits={"shift_types": limits})
    assert "max_per_day (2) of half on mon 2024-06-03; max_per_day (2) of full on mon 2024-06-03" in said
    raised = int(re.search(r"raise max_per_day \(2\) of full by (\d+)", said)[1])
    servopt.edit(folder, lambda settings: settings["limits"]["shift_types"][1].update(max_per_day=2 + raised))
    assert feasible(servopt, folder, tmp_path)


def test_shares_of_shift_types_that_leave_nobody(servopt, tmp_path):
    limits = [{"shift": "half", "max_share": 0.3}, {"shift": "full", "max_share": 0.3}]
    folder, said = infeasible(servopt, tmp_path, calls=9, chats=4, mails=1, limits={"shift_types": limits})
    share = int(re.search(r"raise max_share \(30%\) of full to (\d+)%", said)[1])
    servopt.edit(folder, lambda settings: settings["limits"]["shift_types"][1].update(max_share=share / 100))
    assert feasible(servopt, folder, tmp_path)


def test_a_deadline_that_nobody_can_keep(servopt, tmp_path):
    def later(settings):
        for shift in settings["shifts"]:
            shift["earliest_start"] = "11:00"
            shift["latest_start"] = "13:00"
            if shift["name"] == "full":
                shift["paid_min"] = 330

    folder = servopt.one_day(tmp_path / "desk")
    servopt.edit(folder, later)
    (folder / "demand.csv").write_text(
        "start,contact_type,contacts,aht_s\n2024-06-03 09:00,email,12,300\n2024-06-03 12:00,calls,20,240\n"
    )
    types = folder / "contact_types.csv"
    types.write_text(types.read_text().replace("email,desk,deferrable,300,,,480", "email,desk,deferrable,300,,,60"))
    done = servopt.run("schedule", folder, "--out", tmp_path / "s.csv")
    assert done.exit_code == 4
    assert "this cannot be kept: work of email must be done by its deadline" in done.stderr
    more = int(re.search(r"let work of email be done (\d+) minutes of opening time later", done.stderr)[1])
    types.write_text(types.read_text().replace(",,,60,", f",,,{60 + more},"))
    assert feasible(servopt, folder, tmp_path)


def test_partial_plan_is_a_whole_folder_with_what_is_missing(servopt, tmp_path):
    folder = servopt.one_day(tmp_path / "desk", limits={"seats": 4})
    done = servopt.run("plan", folder, "--out", tmp_path / "plan", "--quiet")
    assert done.exit_code == 4
    assert done.stdout == ""
    assert "limits.seats (4)" in done.stderr  # quiet is for when all is well
    record = read_plan(tmp_path / "plan")
    assert record.plan.result.status == "infeasible"
    assert record.plan.coverage["heads"].sum() > 0
    assert record.plan.coverage.groupby("start")["heads"].sum().max() <= 4
    short = record.plan.uncovered
    assert len(short) > 0
    live = record.plan.coverage.assign(live=lambda rows: rows["on_duty"] - rows["deferrable_done"])
    found = {(row.start, row.pool): row.live for row in live.itertuples()}
    floor = {(row.start, row.pool): row.agents_floor for row in live.itertuples()}
    for row in short.itertuples():
        assert found[row.start, row.pool] + row.missing == pytest.approx(floor[row.start, row.pool], abs=1e-5)
    named = {(row.start, row.pool) for row in short.itertuples()}
    assert all(found[place] >= floor[place] - 0.5 for place in found if place not in named)


# bad input


def test_every_fault_at_once(servopt, tmp_path):
    folder = servopt.one_day(tmp_path / "desk")
    servopt.edit(folder, lambda settings: settings.update(interval_min=31, nonsense=1))
    with (folder / "contact_types.csv").open("a") as stream:
        stream.write("fax,desk,smoke,,180,,,0.8,\n")
    done = servopt.run("plan", folder, "--out", tmp_path / "plan")
    assert done.exit_code == 3
    assert re.match(r"\d+ faults in the input:\n", done.stderr)
    for place in ("scenario.yaml", "interval_min", "nonsense", "contact_types.csv:5:kind"):
        assert place in done.stderr
    assert not (tmp_path / "plan").exists()


def test_a_missing_folder_is_wrong_use(servopt, tmp_path):
    done = servopt.run("plan", tmp_path / "nowhere", "--out", tmp_path / "plan")
    assert done.exit_code == 2
    assert "Usage: servopt plan" in done.stderr
    assert not (tmp_path / "plan").exists()


def test_an_empty_folder_is_bad_input(servopt, tmp_path):
    (tmp_path / "desk").mkdir()
    done = servopt.run("plan", tmp_path / "desk", "--out", tmp_path / "plan")
    assert done.exit_code == 3
    assert "scenario.yaml: is missing" in done.stderr


# nothing is overwritten half-way


@pytest.fixture
def before(servopt, tmp_path):
    """A folder with an older plan in it, and what it holds."""
    out = tmp_path / "plan"
    out.mkdir()
    for name in (*servopt.files, "mine.txt"):
        (out / name).parent.mkdir(exist_ok=True)
        (out / name).write_text(f"older {name}")
    return out, servopt.snapshot(out)


def test_bad_input_leaves_an_older_plan(servopt, tmp_path, before):
    folder = servopt.one_day(tmp_path / "desk", interval_min=31)
    assert servopt.run("plan", folder, "--out", before[0]).exit_code == 3
    assert servopt.snapshot(before[0]) == before[1]


@pytest.mark.parametrize("number", [1, 4, 7])
def test_a_disk_that_fails_leaves_an_older_plan(servopt, tmp_path, before, monkeypatch, number):
    from models import files

    write, calls = files.write_atomic, []

    def fail(path, content):
        calls.append(path)
        if len(calls) == number:
            raise OSError(28, "No space left on device", str(path))
        write(path, content)

    monkeypatch.setattr(files, "write_atomic", fail)
    done = servopt.run("plan", servopt.one_day(tmp_path / "desk"), "--out", before[0])
    assert done.exit_code == 3
    assert "No space left on device" in done.stderr
    assert servopt.snapshot(before[0]) == before[1]


def test_a_new_plan_leaves_other_files(servopt, tmp_path, before):
    assert servopt.run("plan", servopt.one_day(tmp_path / "desk"), "--out", before[0], "--quiet").exit_code == 0
    after = servopt.snapshot(before[0])
    assert set(after) - servopt.sometimes == set(before[1]) - servopt.sometimes
    assert after["mine.txt"] == before[1]["mine.txt"]
    assert all(after[name] != before[1][name] for name in servopt.files)


def test_interrupted_before_the_schedule_leaves_an_older_plan(servopt, tmp_path, before, monkeypatch):
    from optimizer import pipeline

    def interrupt(scenario):
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "make_forecast", interrupt)
    done = servopt.run("plan", servopt.one_day(tmp_path / "desk"), "--out", before[0])
    assert done.exit_code == 130
    assert "Interrupted before there was a plan: nothing was written." in done.stderr
    assert servopt.snapshot(before[0]) == before[1]


# time, and solvers that do not answer


def test_out_of_time_there_is_still_a_plan_with_its_gap(servopt, tmp_path):
    began = time.perf_counter()
    done = servopt.run("plan", SMALL, "--out", tmp_path / "plan", "--time-limit", "0.01", "--gap", "0", *PLAIN)
    assert time.perf_counter() - began < 40
    assert done.exit_code == 0, done.output
    result = json.loads((tmp_path / "plan" / "plan.json").read_text())["stages"]["schedule"]
    assert result["gap"] > 1e-6
    assert result["status"] == "feasible"
    assert result["bound"] < result["objective"]
    assert "proved optimal" not in done.stdout


def test_no_plan_in_time(servopt, tmp_path, before, monkeypatch):
    def nothing(self, time_limit_s=None):
        return Answer(Status.NO_PLAN, None, float("inf"), float("-inf"), 0.0, "glop", 1)

    monkeypatch.setattr(GrowingProgram, "solve", nothing)
    folder = servopt.one_day(tmp_path / "desk")
    done = servopt.run("plan", folder, "--out", before[0])
    assert done.exit_code == 5
    assert "No plan was found within the time limit: raise solve.time_limit_s or --time-limit." in done.stderr
    assert servopt.snapshot(before[0]) == before[1]
    assert servopt.run("schedule", folder, "--out", tmp_path / "s.csv").exit_code == 5
    assert not (tmp_path / "s.csv").exists()


def test_a_solver_that_fails(servopt, tmp_path, before, monkeypatch):
    from ortools.math_opt.python import mathopt

    def crash(*arguments, **options):
        raise ValueError("INTERNAL: singular basis")

    monkeypatch.setattr(mathopt, "IncrementalSolver", crash)
    monkeypatch.setattr(mathopt, "solve", crash)
    done = servopt.run("plan", servopt.one_day(tmp_path / "desk"), "--out", before[0])
    assert done.exit_code == 6
    assert "the solver stopped with an error: INTERNAL: singular basis" in done.stderr
    assert "Traceback" not in done.output
    assert servopt.snapshot(before[0]) == before[1]


def test_an_interrupt_in_the_search_gives_the_best_plan_so_far(servopt, tmp_path, monkeypatch):
    """The wait for the parts is interrupted at once; every part is still solved, quickly."""
    waits, real = [], engine.wait

    def interrupted(*arguments, **options):
        waits.append(1)
        if len(waits) == 1:
            raise KeyboardInterrupt
        return real(*arguments, **options)

    monkeypatch.setattr(engine, "wait", interrupted)
    done = servopt.run("plan", SMALL, "--out", tmp_path / "plan", "--gap", "0")
    assert done.exit_code == 0
    assert len(waits) > 1
    coverage = pd.read_csv(tmp_path / "plan" / "coverage.csv")
    assert (coverage["productive"] - coverage["deferrable_done"] >= coverage["agents_floor"] - 1e-6).all()


def test_ctrl_c_on_the_real_data(servopt, tmp_path):
    folder, out = tmp_path / "vanad", tmp_path / "plan"
    copy_example("vanad", folder)
    settings = yaml.safe_load((folder / "scenario.yaml").read_text())
    began = time.perf_counter()
    running = servopt.begin("plan", folder, "--out", out, "--gap", "0", "--time-limit", "600")
    try:
        # forecast and requirement leave no trace; the threads of the search are how one sees it begin
        while threads(running.pid) < 3 and time.perf_counter() - began < 60:
            time.sleep(0.1)
        time.sleep(2)
        assert running.poll() is None, running.stderr.read()
        assert not out.exists()
        interrupted = time.perf_counter()
        running.send_signal(signal.SIGINT)
        printed, errors = running.communicate(timeout=100)
    finally:
        if running.poll() is None:
            running.kill()
    assert running.returncode == 0, errors
    # it takes about 7 s where nothing else runs
    assert time.perf_counter() - interrupted < 60
    assert "Traceback" not in errors
    assert "Simulated" not in printed
    assert set(servopt.snapshot(out)) - servopt.sometimes == servopt.files | {"scenario/skills.csv"}
    result = json.loads((out / "plan.json").read_text())["stages"]["schedule"]
    assert result["status"] == "feasible"
    assert 0 < result["gap"] < 0.1
    coverage = pd.read_csv(out / "coverage.csv")
    assert coverage["start"].str[:10].nunique() >= settings["horizon"]["days"] - 4
    floors = {name: pool.floor for name, pool in read_scenario(folder).pools.items()}
    busy = coverage[coverage["contacts"] > 0]
    assert (busy["service_level"] >= busy["pool"].map(floors) - 1e-9).all()
    assert "shifts" in printed


def threads(pid):
    """Threads of a process that use the processor: those of the search (and none of the libraries that sleep)."""
    try:
        names = os.listdir(f"/proc/{pid}/task")
        return sum(_ticks(pid, name) > 20 for name in names)
    except OSError:
        pytest.skip("needs /proc")


def _ticks(pid, thread):
    with open(f"/proc/{pid}/task/{thread}/stat") as stream:
        return int(stream.read().rpartition(")")[2].split()[11])


# simulation and what is learnt from it


def test_the_summary_carries_the_simulated_service(servopt, tmp_path):
    done = servopt.run(
        "plan", servopt.one_day(tmp_path / "day"), "--out", tmp_path / "plan", "--replications", "12", "--gap", "0.05"
    )
    assert done.exit_code == 0, done.output
    assert re.search(r"Simulated +\d+\.\d % ± \d+\.\d \(promised \d+\.\d %; 12", done.stdout)
    content = json.loads((tmp_path / "plan" / "plan.json").read_text())
    found = content["about"]["simulated"]
    assert found["replications"] == 12
    assert set(found["pools"]) == {"desk", "chat"}
    assert content["summary"]["simulated_service_level"] == found["service_level"]
    assert content["stages"]["simulation"]["status"] == "done"
    page = (tmp_path / "plan" / "report.html").read_text()
    assert "Simulated service level" in page
    assert content["about"]["calibration"] is None


def test_a_calibrated_plan_meets_its_target_by_simulation(servopt, tmp_path):
    folder = servopt.one_day(tmp_path / "day")
    options = ("--gap", "0.01", "--replications", "60")
    plain = servopt.run("plan", folder, "--out", tmp_path / "plain", *options)
    done = servopt.run("plan", folder, "--out", tmp_path / "plan", "--calibrate", *options)
    assert (plain.exit_code, done.exit_code) == (0, 0), done.output
    assert "note: Calibration: every target is met by simulation" in done.stderr
    content = json.loads((tmp_path / "plan" / "plan.json").read_text())
    learnt = content["about"]["calibration"]
    assert learnt["met"]
    kept = learnt["rounds"][learnt["kept_round"] - 1]
    assert kept["missed"] == 0
    assert content["summary"]["cost"] == pytest.approx(kept["cost"])
    assert kept["cost"] <= learnt["rounds"][0]["cost"] or learnt["rounds"][0]["missed"]
    table = pd.read_csv(tmp_path / "plan" / "calibration.csv")
    assert (table["simulated"] >= table["target"] - table["half_width"]).all()
    assert servopt.run("verify", tmp_path / "plan", "--quiet").exit_code == 0


def test_calibration_needs_simulations(servopt, tmp_path):
    done = servopt.run("plan", SMALL, "--out", tmp_path / "plan", "--calibrate", "--replications", "0")
    assert done.exit_code == 2
    assert "learns from simulations" in done.stderr
