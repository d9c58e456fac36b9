"""From demand to agents: a scenario folder written by the test, figures recomputed by hand."""

import numpy as np
import pandas as pd
import pytest

from models.faults import InputFaults
from models.files import write_csv
from models.queueing import ServiceGoal, asa_c_s, erlang_a, required_agents, service_level_c
from models.requirement import day_table, evaluate, goals, read_demand, read_requirement, require, requirement_frame
from models.scenario import read_scenario

YAML = """
time_zone: Europe/Amsterdam
horizon: {{start: 2024-03-28, days: {days}}}
interval_min: 30
opening_hours: {{mon-sun: "{hours}"}}
service: {service}
shrinkage: {{planned: 0.1, unplanned: 0.1}}
pay: {{wage_per_hour: 20}}
shifts: [{{name: day, days: mon-sun, earliest_start: "08:00", latest_start: "16:00", paid_min: 240}}]
"""
TYPES = "contact_type,pool,kind,aht_s,patience_s,concurrency,deadline_min\n"
SERVICE = "{target: 0.8, within_s: 20, floor: 0.5}"


@pytest.fixture
def build(tmp_path):
    """A scenario from lines of contact_types.csv and rows (start, contact_type, contacts, aht_s) of demand.csv."""

    def make(types, rows, service=SERVICE, days=4, hours="08:00-20:00"):
        tmp_path.joinpath("scenario.yaml").write_text(YAML.format(days=days, hours=hours, service=service))
        tmp_path.joinpath("contact_types.csv").write_text(TYPES + "\n".join(types) + "\n")
        if len(rows) < 100:  # a day without contacts says that the file's rows are half-hours
            times = [f"2024-03-29 {hour:02d}:{minute}" for hour in range(8, 20) for minute in ("00", "30")]
            rows = [*rows, *((time, rows[0][1], 0, 180) for time in times)]
        frame = pd.DataFrame(rows, columns=["start", "contact_type", "contacts", "aht_s"])
        frame.to_csv(tmp_path / "demand.csv", index=False)
        return read_scenario(tmp_path)

    return make


CALLS = "calls,desk,live,180,120,,"


def at(scenario, text):
    return int(scenario.grid.starts.get_loc(pd.Timestamp(text, tz="Europe/Amsterdam")))


def test_one_interval_by_hand(build):
    scenario = build([CALLS], [("2024-03-28 10:00", "calls", 100, 180)])
    need = require(scenario, scenario.demand).pools["desk"]
    t = at(scenario, "2024-03-28 10:00")
    assert need.load_erlang[t] == pytest.approx(10)
    assert need.target_agents[t] == 12  # 12 agents give 82.56 % (MATH.md 1)
    assert need.target_agents.sum() == 12
    assert need.floor_agents[t] == required_agents(10, 180, ServiceGoal(0.5, 20), patience_s=120) == 9
    assert need.service_level[t, 3] == pytest.approx(0.8256, abs=5e-5)
    assert (need.contacts > 0).sum() == 1
    assert (need.service_level[need.contacts == 0] == 1).all()


def test_table_of_steps_is_monotone_ends_high_and_equals_the_model(build):
    rows = [(f"2024-03-28 {h:02d}:00", "calls", 7.3 * 2 ** (h - 8), 200 + h) for h in range(8, 18)]
    scenario = build([CALLS], rows)
    need = require(scenario, scenario.demand).pools["desk"]
    assert (np.diff(need.service_level, axis=1) >= 0).all()
    assert (need.service_level[:, -1] >= 0.995).all()
    width = need.service_level.shape[1]
    assert (need.floor_agents + width > need.target_agents).all()
    for t in np.flatnonzero(need.contacts > 0):
        agents = need.floor_agents[t] + np.arange(width)
        exact = erlang_a(agents, need.load_erlang[t], need.aht_s[t], 120, 20).sl_offered
        assert need.service_level[t] == pytest.approx(exact, abs=1e-9)
        assert (need.service_level[t] >= 0.8).argmax() == need.target_agents[t] - need.floor_agents[t]
        assert need.floor_agents[t] >= 1


def test_types_of_a_pool_are_one_queue(build):
    """Arrivals add up, AHT is weighted by contacts, abandonment rates too (one of them never abandons)."""
    types = ["a,desk,live,100,60,,", "b,desk,live,400,,,"]
    scenario = build(types, [("2024-03-28 10:00", "a", 60, 100), ("2024-03-28 10:00", "b", 30, 400)])
    need = require(scenario, scenario.demand).pools["desk"]
    t = at(scenario, "2024-03-28 10:00")
    assert (need.contacts[t], need.aht_s[t], need.patience_s[t]) == (90, pytest.approx(200), pytest.approx(90))
    assert need.load_erlang[t] == pytest.approx(10)


def test_one_pool_never_needs_more_than_two(build):
    rows = [(f"2024-03-28 {h}:00", name, 40 + h, 180) for h in range(10, 18) for name in "ab"]
    together = build(["a,desk,live,180,120,,", "b,desk,live,180,120,,"], rows)
    pooled = require(together, together.demand).pools["desk"].target_agents
    apart = build(["a,one,live,180,120,,", "b,two,live,180,120,,"], rows)
    split = require(apart, apart.demand).pools
    assert (pooled <= split["one"].target_agents + split["two"].target_agents).all()
    assert pooled.sum() < split["one"].target_agents.sum() + split["two"].target_agents.sum()


def test_names_change_nothing(build):
    rows = [("2024-03-28 10:00", "calls", 50, 180)]
    first = require(*_with_demand(build([CALLS], rows))).pools["desk"]
    renamed = [(start, "zzz", n, aht) for start, _, n, aht in rows]
    second = require(*_with_demand(build([CALLS.replace("calls,desk", "zzz,yyy")], renamed))).pools["yyy"]
    assert np.array_equal(first.service_level, second.service_level)
    assert np.array_equal(first.target_agents, second.target_agents)


def _with_demand(scenario):
    return scenario, scenario.demand


def test_chat_uses_its_concurrency_and_calls_do_not(build):
    types = ["chat,web,chat,600,200,3,", "calls,desk,live,600,200,,"]
    rows = [("2024-03-28 10:00", "chat", 30, 600), ("2024-03-28 10:00", "calls", 30, 600)]
    scenario = build(types, rows)
    pools = require(scenario, scenario.demand).pools
    t = at(scenario, "2024-03-28 10:00")
    assert pools["desk"].target_agents[t] == required_agents(10, 600, ServiceGoal(0.8, 20), patience_s=200)
    assert pools["web"].target_agents[t] == -(-pools["desk"].target_agents[t] // 3)
    assert pools["web"].concurrency[t] == 3


def test_calls_and_chats_in_one_pool_share_agent_time(build):
    types = ["chat,desk,chat,600,,2,", "calls,desk,live,300,,,"]
    rows = [("2024-03-28 10:00", "chat", 30, 600), ("2024-03-28 10:00", "calls", 60, 300)]
    scenario = build(types, rows)
    need = require(scenario, scenario.demand).pools["desk"]
    t = at(scenario, "2024-03-28 10:00")
    assert need.load_erlang[t] / need.concurrency[t] == pytest.approx(10 + 10 / 2)


def test_caps_enter_floor_and_target(build):
    rows = [("2024-03-28 10:00", "calls", 100, 180)]
    t = 20
    plain = require(*_with_demand(build([CALLS], rows))).pools["desk"]
    busy = build([CALLS], rows, "{target: 0.8, within_s: 20, floor: 0.5, occupancy_cap: 0.7}")
    assert goals(busy, busy.pools["desk"])[0].occupancy_cap == 0.7
    capped = require(busy, busy.demand).pools["desk"]
    assert (plain.floor_agents[t], plain.target_agents[t]) == (9, 12)
    assert capped.floor_agents[t] == capped.target_agents[t] == 14
    few = build([CALLS], rows, "{target: 0.8, within_s: 20, floor: 0.5, abandonment_cap: 0.03}")
    need = require(few, few.demand).pools["desk"]
    level = evaluate(few, require(few, few.demand), "desk", need.floor_agents)
    assert level.abandonment <= 0.03
    assert need.floor_agents[t] == need.target_agents[t] > 12
    assert need.service_level[t, 0] > 0.8  # the table starts where the caps put the floor


def test_deferrable_work_is_never_in_the_queue(build):
    types = [CALLS, "mail,desk,deferrable,600,,,720"]
    rows = [
        ("2024-03-28 10:00", "calls", 100, 180),
        ("2024-03-28 10:00", "mail", 30, 600),
        ("2024-03-28 22:00", "mail", 6, 600),
        ("2024-03-31 22:00", "mail", 6, 600),
    ]
    scenario = build(types, rows)
    need = require(scenario, scenario.demand).pools["desk"]
    assert need.target_agents[at(scenario, "2024-03-28 10:00")] == 12
    assert need.deferrable_agents[at(scenario, "2024-03-28 10:00")] == pytest.approx(10)
    assert need.deferrable_agents[at(scenario, "2024-03-29 08:00")] == pytest.approx(2)  # waits for the opening
    assert need.deferrable_agents.sum() == pytest.approx(12)  # after the last opening: the next horizon's
    (mail,) = need.deferrable
    assert mail.deadline_intervals == 23  # 12 hours of opening time
    assert mail.due()[at(scenario, "2024-03-29 09:30")] == pytest.approx(10)
    assert mail.due()[at(scenario, "2024-03-29 09:00")] == 0


def test_long_handling_lags_the_load(build):
    hours = [("2024-03-28 10:00", 60.0), ("2024-03-28 10:30", 60.0), ("2024-03-28 11:00", 0.0)]
    scenario = build(["calls,desk,live,1800,,,"], [(start, "calls", n, 1800) for start, n in hours])
    need = require(scenario, scenario.demand).pools["desk"]
    t = at(scenario, "2024-03-28 10:00")
    decay = np.exp(-1)
    assert need.load_erlang[t] == pytest.approx(60 * decay)  # 60 erlang once it has filled up
    assert need.load_erlang[t + 1] == pytest.approx(60 * (1 - decay * (1 - decay)))
    assert need.load_erlang[t + 2] > 20  # no contacts, but those of before are still at work
    assert need.target_agents[t + 2] >= need.load_erlang[t + 2]
    assert need.contacts[t + 2] == 0
    short = build(["calls,desk,live,180,,,"], [(start, "calls", n, 180) for start, n in hours])
    assert require(short, short.demand).pools["desk"].load_erlang[t] == pytest.approx(6)


def _half_hours(days, contacts):
    """Rows of every half-hour from 28 March 2024, `contacts` by half-hour of the day."""
    stamps = pd.date_range("2024-03-28", periods=48 * days, freq="30min")
    return [(f"{stamp:%Y-%m-%d %H:%M}", "calls", float(contacts[t % 48]), 1800) for t, stamp in enumerate(stamps)]


LONG = "calls,desk,live,1800,,,"


def test_a_centre_that_never_closes_does_not_begin_empty(build):
    """20 contacts of 1800 s per half-hour are 20 erlang in every interval, the first one too."""
    rows = _half_hours(3, np.full(48, 20.0))
    scenario = build([LONG], rows, days=3, hours="00:00-24:00")
    need = require(scenario, scenario.demand).pools["desk"]
    assert need.load_erlang == pytest.approx(np.full(144, 20.0))
    assert len(set(need.target_agents.tolist())) == 1
    # open from midnight on, but closed until then: the room is empty
    early = build([LONG], rows, days=3, hours="00:00-12:00")
    load = require(early, early.demand).pools["desk"].load_erlang
    assert load[0] == pytest.approx(20 * np.exp(-1))
    # the day before is a holiday that is closed
    path = early.folder / "scenario.yaml"
    closed = YAML.format(days=3, hours="00:00-24:00", service=SERVICE)
    path.write_text(closed + "holidays: {dates: {2024-03-27: closed}}\n")
    after = read_scenario(early.folder)
    assert require(after, after.demand).pools["desk"].load_erlang[0] == pytest.approx(20 * np.exp(-1))


def test_a_cyclic_horizon_begins_with_the_load_of_its_end(build):
    day = 5 + 20 * (np.arange(48) >= 30)
    two = build([LONG], _half_hours(3, day), days=2, hours="00:00-24:00")
    second = require(two, two.demand).pools["desk"].load_erlang[48:]
    one = build([LONG], _half_hours(3, day), days=1, hours="00:00-24:00")
    path = one.folder / "scenario.yaml"
    path.write_text(path.read_text() + "horizon_edges: cyclic\n")
    cyclic = read_scenario(one.folder)
    load = require(cyclic, cyclic.demand).pools["desk"].load_erlang
    assert load == pytest.approx(second, rel=1e-9)
    assert load[0] > 15  # five arrive, those of the evening are still at work


def test_zero_contacts_need_nobody(build):
    scenario = build([CALLS], [("2024-03-28 10:00", "calls", 0, 180)])
    requirement = require(scenario, scenario.demand)
    need = requirement.pools["desk"]
    assert need.target_agents.sum() == need.floor_agents.sum() == 0
    result = evaluate(scenario, requirement, "desk", np.zeros(len(scenario.grid)))
    assert (result.service_level, result.abandonment, result.worst_service_level) == (1.0, 0.0, 1.0)
    assert day_table(requirement, scenario)["agent_hours"].sum() == 0


def test_evaluate_weights_by_contacts(build):
    scenario = build([CALLS], [("2024-03-28 10:00", "calls", 100, 180), ("2024-03-28 11:00", "calls", 20, 180)])
    requirement = require(scenario, scenario.demand)
    agents = np.zeros(len(scenario.grid))
    one, two = at(scenario, "2024-03-28 10:00"), at(scenario, "2024-03-28 11:00")
    agents[[one, two]] = 12, 3
    figures = erlang_a([12, 3], [10, 2], 180, 120, 20)
    got = evaluate(scenario, requirement, "desk", agents)
    assert got.contacts == 120
    assert got.service_level == pytest.approx(np.average(figures.sl_offered, weights=[100, 20]))
    assert got.abandonment == pytest.approx(np.average(figures.abandonment, weights=[100, 20]))
    assert got.mean_wait_s == pytest.approx(np.average(figures.mean_wait_s, weights=[100, 20]))
    assert got.occupancy == pytest.approx(np.average(figures.occupancy, weights=[12, 3]))
    assert got.worst_service_level == pytest.approx(float(figures.sl_offered.min()))
    assert got.frame["service_level"][one] == pytest.approx(0.8256, abs=5e-5)
    with pytest.raises(ValueError, match="one for each interval"):
        evaluate(scenario, requirement, "desk", agents[:-1])


def test_a_table_step_and_evaluate_agree(build):
    scenario = build([CALLS], [(f"2024-03-28 {h}:00", "calls", 9 * h, 180) for h in range(10, 18)])
    requirement = require(scenario, scenario.demand)
    need = requirement.pools["desk"]
    frame = evaluate(scenario, requirement, "desk", need.floor_agents + 2).frame
    busy = need.contacts > 0
    assert frame["service_level"][busy].to_numpy() == pytest.approx(need.service_level[busy, 2], abs=1e-12)


def test_evaluate_interpolates_between_whole_agents(build):
    scenario = build([CALLS], [("2024-03-28 10:00", "calls", 100, 180)])
    requirement = require(scenario, scenario.demand)
    t = at(scenario, "2024-03-28 10:00")
    columns = ["service_level", "abandonment", "mean_wait_s", "occupancy"]

    def figures(number):
        agents = np.zeros(len(scenario.grid))
        agents[t] = number
        return evaluate(scenario, requirement, "desk", agents).frame.loc[t, columns].to_numpy(dtype=float)

    exact = erlang_a([11, 12], 10, 180, 120, 20)
    twelve = [exact.sl_offered[1], exact.abandonment[1], exact.mean_wait_s[1], exact.occupancy[1]]
    assert figures(12).tolist() == figures(12 + 1e-12).tolist() == figures(12 - 1e-12).tolist() == twelve
    assert figures(11.7) == pytest.approx(0.3 * figures(11) + 0.7 * figures(12), rel=1e-12)
    assert figures(0.25) == pytest.approx(0.75 * figures(0) + 0.25 * figures(1), rel=1e-12)


def test_a_wait_without_end_stays_so_unless_nothing_of_it_is_left(build):
    """Erlang C, 10 erlang: no end up to 10 agents, 11 are enough."""
    scenario = build([CALLS], [("2024-03-28 10:00", "calls", 100, 180)], SERVICE[:-1] + ", model: erlang-c}")
    requirement = require(scenario, scenario.demand)
    t = at(scenario, "2024-03-28 10:00")
    waits = {}
    for number in (0, 0.5, 9.5, 10, 10.5, 11, 11.5):
        agents = np.full(len(scenario.grid), 0.5)
        agents[t] = number
        result = evaluate(scenario, requirement, "desk", agents)
        assert not result.frame.isna().any(axis=None)
        waits[number] = result.frame["mean_wait_s"][t]
        assert result.mean_wait_s == waits[number]  # the only contacts
    assert [number for number, wait in waits.items() if np.isinf(wait)] == [0, 0.5, 9.5, 10, 10.5]
    assert waits[11.5] == pytest.approx((waits[11] + asa_c_s(12, 10, 180)) / 2)


def test_erlang_c_scenario_uses_erlang_c(build):
    scenario = build([CALLS], [("2024-03-28 10:00", "calls", 100, 180)], SERVICE[:-1] + ", model: erlang-c}")
    need = require(scenario, scenario.demand).pools["desk"]
    t = at(scenario, "2024-03-28 10:00")
    assert need.target_agents[t] == 14
    step = 14 - need.floor_agents[t]
    assert need.service_level[t, step] == pytest.approx(service_level_c(14, 10, 180, 20))


def test_the_day_of_a_clock_change_has_its_hours(build):
    """31 March 2024 has 23 hours in Amsterdam."""
    starts = pd.date_range("2024-03-28", "2024-04-01", freq="30min", tz="Europe/Amsterdam", inclusive="left")
    rows = [(start.isoformat(), "calls", 10, 180) for start in starts]
    scenario = build([CALLS], rows, hours="00:00-24:00")
    days = day_table(require(scenario, scenario.demand), scenario)
    assert days["contacts"].tolist() == [480, 480, 480, 460]
    assert days["agent_hours"].iloc[3] == pytest.approx(days["agent_hours"].iloc[0] * 23 / 24)


def test_requirement_file_comes_back_as_it_was(build, tmp_path):
    types = [CALLS, "chat,desk,chat,600,,2,", "mail,desk,deferrable,600,,,720", "vip,gold,live,1500,,,"]
    rows = [
        (f"2024-03-28 {h:02d}:00", name, 3.7 * h, aht)
        for h in range(8, 20)
        for name, aht in (("calls", 180.5), ("chat", 600), ("mail", 300), ("vip", 1500))
    ]
    scenario = build(types, rows)
    before = require(scenario, scenario.demand)
    write_csv(tmp_path / "requirement.csv", requirement_frame(before, scenario))
    after = read_requirement(tmp_path / "requirement.csv", scenario)
    assert list(after.pools) == list(before.pools)
    for name, old in before.pools.items():
        new = after.pools[name]
        for field in ("contacts", "aht_s", "load_erlang", "patience_s", "deferrable_agents", "concurrency"):
            assert getattr(new, field) == pytest.approx(getattr(old, field)), field
        assert np.array_equal(new.floor_agents, old.floor_agents)
        assert np.array_equal(new.target_agents, old.target_agents)
        assert new.service_level == pytest.approx(old.service_level)
        assert [work.deadline_intervals for work in new.deferrable] == [w.deadline_intervals for w in old.deferrable]


def test_requirement_frame_says_heads_after_unplanned_shrinkage(build):
    scenario = build([CALLS], [("2024-03-28 10:00", "calls", 100, 180)])
    frame = requirement_frame(require(scenario, scenario.demand), scenario)
    assert len(frame) == 4 * 24
    row = frame[frame["contacts"] > 0].iloc[0]
    assert (row["agents"], row["heads"], row["agents_floor"]) == (12, 14, 9)  # 13 x 0.9 leaves 11.7
    assert row["service_level"] == pytest.approx(0.8256, abs=5e-5)


def test_a_planner_may_change_the_agents(build, tmp_path):
    scenario = build([CALLS], [("2024-03-28 10:00", "calls", 100, 180)])
    path = tmp_path / "mine.csv"
    path.write_text("start,pool,contacts,aht_s,agents\n2024-03-28T10:00+01:00,desk,100,180,15\n")
    need = read_requirement(path, scenario).pools["desk"]
    t = at(scenario, "2024-03-28 10:00")
    assert need.target_agents[t] == need.floor_agents[t] == 15
    assert need.service_level[t, 0] == pytest.approx(service_level_c(15, 10, 180, 20))


def test_every_fault_of_a_requirement_file_is_said(build, tmp_path):
    scenario = build([CALLS], [("2024-03-28 10:00", "calls", 100, 180)])
    path = tmp_path / "mine.csv"
    path.write_text(
        "start,pool,contacts,aht_s,agents,agents_floor\n"
        "2024-03-28 10:00,desk,100,180,12,13\n"
        "2024-03-28 10:00,desk,100,180,12,9\n"
        "2024-03-28 22:00,desk,1,180,2,1\n"
        "2024-05-28 10:00,desk,1,180,2,1\n"
        "2024-03-28 11:00,disk,1,180,2.5,1\n"
    )
    with pytest.raises(InputFaults) as caught:
        read_requirement(path, scenario)
    found = {(fault.row, fault.column) for fault in caught.value.faults}
    assert found == {(2, "agents_floor"), (3, "start"), (4, "start"), (5, "start"), (6, "pool"), (6, "agents")}


def test_demand_that_does_not_fit_is_refused(build):
    scenario = build([CALLS], [("2024-03-28 10:00", "calls", 100, 180)])
    start = pd.to_datetime(["2024-03-28 10:10", "2024-03-28 10:30", "2024-03-28 11:00"]).tz_localize("Europe/Amsterdam")
    demand = pd.DataFrame({"start": start, "contact_type": ["calls", "faxes", "calls"], "contacts": [1.0, 1, -1]})
    with pytest.raises(InputFaults) as caught:
        require(scenario, demand.assign(aht_s=180.0))
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [
        (2, "start"),
        (3, "contact_type"),
        (4, "contacts"),
    ]


def test_demand_from_another_file(build, tmp_path):
    scenario = build([CALLS], [("2024-03-28 10:00", "calls", 100, 180)])
    path = tmp_path / "other.csv"
    path.write_text(
        "start,contact_type,contacts\n2024-03-28 10:00,calls,30\n2024-03-28 10:15,calls,20\n2024-04-28 10:15,calls,9\n"
    )
    demand, notes = read_demand(path, scenario)
    need = require(scenario, demand).pools["desk"]
    assert need.contacts[at(scenario, "2024-03-28 10:00")] == 50
    assert need.contacts.sum() == 50
    assert "1 rows outside the horizon are left out" in notes[0]
    path.write_text("start,contact_type,contacts\n2023-03-28 10:00,calls,30\n")
    with pytest.raises(InputFaults, match="no row in the horizon"):
        read_demand(path, scenario)


@pytest.mark.parametrize("definition", ["answered", "without_short_abandons"])
def test_the_share_of_all_is_all_in_time_over_all_counted(build, definition):
    """A crowded interval loses most of its contacts: of those that count few are its own."""
    rows = [("2024-03-28 10:00", "calls", 100, 180), ("2024-03-28 11:00", "calls", 100, 180)]
    service = f"{{target: 0.8, within_s: 20, floor: 0.5, mode: interval, definition: {definition}}}"
    scenario = build([CALLS], rows, service=service)
    requirement = require(scenario, scenario.demand)
    agents = np.zeros(len(scenario.grid))
    one, two = at(scenario, "2024-03-28 10:00"), at(scenario, "2024-03-28 11:00")
    agents[[one, two]] = 4, 14
    figures = erlang_a([4, 14], [10, 10], 180, 120, 20, 5)
    in_time = 100 * figures.sl_offered
    counted = in_time / figures.service_level(definition)
    got = evaluate(scenario, requirement, "desk", agents)
    assert got.service_level == pytest.approx(in_time.sum() / counted.sum())
    assert got.service_level > np.mean(figures.service_level(definition)) + 0.005  # not the mean of the two shares
    assert got.frame["counted"][[one, two]].to_numpy() == pytest.approx(counted)
    # nobody at work: nobody answered, and no interval counts for nothing
    assert evaluate(scenario, requirement, "desk", np.zeros(len(scenario.grid))).service_level == 0


def test_one_agent_more_may_lower_the_share_of_answered_over_a_day(build):
    """Why mode day is refused for it: a crowded interval's further agent serves late, a calm interval's does not."""
    figures = erlang_a([4, 5], [10, 10], 180, 600, 20)
    in_time, counted = figures.sl_offered, figures.counted("answered")
    calm = erlang_a(16, 10, 180, 600, 20)
    share = (in_time + float(calm.sl_offered)) / (counted + float(calm.counted("answered")))
    assert share[1] < share[0]
