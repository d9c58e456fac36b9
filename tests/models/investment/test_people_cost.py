"""What people of a mix cost in an investment case: the cost tables of the mix, as a line whose distance is said."""

from dataclasses import replace

import numpy as np
import pytest

from models.investment.case import Choice, Start
from models.investment.people_cost import REACH, people_lines
from models.investment.pricing import effect_in_time, flows, serve
from models.investment.reading import read_case
from models.investment.with_mix import mix_at
from models.mix.cost import price_flow, step_cost
from models.mix.today import today_flow

MIX = {
    "types": [{"contact_type": "orders", "pool": "desk", "aht_s": 300}],
    "volumes": [{"period": f"2026-{month:02d}", "contact_type": "orders", "issues": 6000 + 300 * month}
                for month in range(1, 13)],
    "channels": [{"channel": "phone", "kind": "human_live"}],
    "links": [{"contact_type": "*", "channel": "phone", "csat": 0.84}],
    "today": [{"contact_type": "orders", "channel": "phone", "share": 1}],
}  # fmt: skip


def mix_of(build_mix, cost_of):
    loads = np.arange(0.0, 241.0, 2.0)
    rows = [{"pool": "desk", "service_level": 0.8, "load_hours_per_week": load, "cost_per_week": cost_of(load)}
            for load in loads]  # fmt: skip
    about = {"periods": {"first": "2026-01", "count": 12}, "people": {"cost_from": "cost_table"}}
    return build_mix(about, pool_costs=rows, **MIX)


def test_tables_on_a_line_give_that_line(build_mix):
    """500 a week whatever happens and 20 an hour; the next tabulated load is at most 40 dearer."""
    mix = mix_of(build_mix, lambda load: 500 + 20 * load)
    (line,) = people_lines(mix, price_flow(mix, today_flow(mix)))
    assert line.per_hour == pytest.approx(20, rel=0.01)
    assert 500 * 365 / 7 < line.standing < 540 * 365 / 7
    assert line.standing + line.per_hour * line.hours == pytest.approx(line.cost)
    assert line.error < 40 * 365 / 7


def test_the_line_is_off_its_tables_by_no_more_than_it_says(build_mix):
    mix = mix_of(build_mix, lambda load: 300 * np.ceil((load + 20) / 20))  # whole teams
    cost = price_flow(mix, today_flow(mix))
    (line,) = people_lines(mix, cost)
    weeks = mix.days / 7
    for share in np.linspace(*REACH, 51):
        steps = sum(
            step_cost(mix.table_of(0), share * h / w) * w for h, w in zip(cost.pool_hours[0], weeks, strict=True)
        )
        assert abs(line.standing + line.per_hour * share * line.hours - steps) <= line.error + 1e-6
    assert 0 < line.error < 0.05 * line.cost


def test_tables_that_get_dearer_by_the_hour_never_have_less_than_nobody(build_mix):
    mix = mix_of(build_mix, lambda load: 0.1 * load**2)
    (line,) = people_lines(mix, price_flow(mix, today_flow(mix)))
    assert line.standing == pytest.approx(0)
    assert line.per_hour * line.hours == pytest.approx(line.cost)


@pytest.fixture(scope="module")
def retail():
    return read_case("data/retail")


def test_todays_cost_is_that_of_the_mix_and_its_people_are_those_of_the_schedules(retail):
    case, mix = retail
    today = serve(case, Choice.none(case))
    whole = (today.people_cost + today.channel_cost)[0].sum(axis=0) + today.standing_cost
    assert 4 * whole == pytest.approx([price_flow(mix, today_flow(mix)).total] * 16)
    assert 7.5 < today.heads[0, 0] < 8  # servopt plan data/retail has 7.6 in a typical week
    assert any("pool_costs.csv by a line" in note for note in case.notes)


def test_what_initiatives_save_is_what_the_mix_saves_on_its_tables(retail):
    """The saving of less handle time, by the line and by the mix's own steps; an average hour would say half more."""
    case, mix = retail
    options = [o for o, option in enumerate(case.options) if option.initiative in ("agent assist", "knowledge base")]
    choice = Choice(tuple(Start(o, case.options[o].first_start) for o in options), Choice.none(case).spends)
    share, kept = effect_in_time(case, choice)
    only = np.array([effect.on == "handle_time" for effect in case.effects])
    changed = mix_at(case, mix, np.where(only, share[:, -1], 0.0), kept[:, -1])
    without = mix_at(case, mix, np.zeros(len(only)), kept[:, -1])
    today, before, after = (price_flow(each, today_flow(each)).people.sum() for each in (mix, without, changed))
    by_steps = before - after
    case = replace(case, effects=tuple(effect for effect in case.effects if effect.on == "handle_time"))
    saved = flows(case, choice).saving[0, -1]
    assert saved == pytest.approx(by_steps, abs=2500)
    average = today / price_flow(mix, today_flow(mix)).pool_hours.sum()
    hours = 4 * (serve(case, Choice.none(case)).hours - serve(case, choice).hours)[0, :, -1].sum()
    assert average * hours > 1.4 * saved
