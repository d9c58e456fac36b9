"""The mix that answers at once: its mixes are mixes, its bounds bounds."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from models.mix.reading import read_mix
from optimizer.mix.run import solve_mix
from optimizer.web.live import LiveMix, is_stricter, with_levels

BASE = {"csat_floor": 0.79, "budget": None, "tier:gold": 0.8}


@pytest.fixture
def case(desk):
    return read_mix(desk)


@pytest.mark.parametrize("change", [{}, {"csat_floor": 0.81}, {"csat_floor": None}, {"tier:gold": 0.82}])
def test_an_answer_is_what_a_run_finds(case, change):
    levels = BASE | change
    answer = LiveMix(case).answer(levels)
    found = solve_mix(with_levels(case, levels), price_seconds=0)
    assert answer["bound"] <= found.result.objective * (1 + 1e-6)
    assert answer["cost"] >= found.result.bound * (1 - 1e-6)
    assert answer["gap"] <= 1e-3
    assert sum(answer["channels"].values()) == pytest.approx(1)
    assert answer["cost_today"] == pytest.approx(found.before.total)


def test_a_mix_and_its_bound_are_said_before_the_search(case):
    told = []
    live = LiveMix(case)
    answer = live.answer(BASE, told.append)
    first = told[0]
    assert first["bound"] <= answer["cost"] <= first["cost"] * (1 + 1e-9)
    assert first["gap"] == pytest.approx((first["cost"] - first["bound"]) / first["cost"])
    assert first["csat"] >= BASE["csat_floor"] - 1e-9 and first["tiers"]["gold"] >= BASE["tier:gold"] - 1e-9
    # a mix that is known costs no more than the first one would: only the bound is new
    live.answer(BASE | {"csat_floor": 0.7}, told.append)
    assert told[1]["status"] == "searching" or told[1]["cost"] < answer["cost"]


def test_a_first_mix_that_breaks_a_rule_is_not_said(case):
    told = []
    cost = LiveMix(case).answer(BASE)["cost"]
    LiveMix(case).answer(BASE | {"budget": cost * 1.001}, told.append)
    assert all(one.get("cost", 0.0) <= cost * 1.001 for one in told)


def test_an_answer_from_afar_is_said_until_something_was_learnt_and_then_found_anew(case, monkeypatch):
    live = LiveMix(case)
    live.answer(BASE)
    live._kept = [replace(live._kept[-1], bound=0.5 * live._kept[-1].cost)]
    assert live.answer(BASE)["gap"] == pytest.approx(0.5)
    monkeypatch.setattr("optimizer.web.live.made_alike", lambda *_: None)  # which proves nothing here: it is searched
    live.take(object())
    assert live.answer(BASE)["gap"] <= 1e-3
    assert len(live._kept) == 1


def test_the_process_answers_until_there_are_no_more_questions(desk):
    code = [sys.executable, "-m", "optimizer.web.live", str(desk)]
    with subprocess.Popen(code, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        for number, floor in enumerate((0.79, 0.81), 1):
            process.stdin.write(json.dumps({"number": number, "levels": BASE | {"csat_floor": floor}}) + "\n")
            process.stdin.flush()
            answers = iter(map(json.loads, process.stdout))
            last = next(one for one in answers if one["question"] == number and not one["more"])
            assert last["cost"] >= last["bound"] > 0
        process.stdin.close()
        assert process.wait(60) == 0


def test_a_budget_below_every_mix_has_none(case):
    live = LiveMix(case)
    cost = live.answer(BASE)["cost"]
    assert live.answer(BASE | {"budget": 0.9 * live._kept[-1].bound})["status"] == "infeasible"
    assert live.answer(BASE | {"budget": 1.001 * cost})["cost"] <= cost * (1 + 1e-6)


def test_what_was_answered_for_stricter_and_looser_levels_counts(case):
    live = LiveMix(case)
    strict = live.answer(BASE | {"csat_floor": 0.82})
    loose = live.answer(BASE | {"csat_floor": 0.75})
    between = live.answer(BASE)
    assert loose["bound"] <= between["cost"] <= strict["cost"] * (1 + 1e-9)
    assert between["bound"] >= loose["bound"]


def test_which_levels_are_stricter():
    assert is_stricter(BASE, BASE)
    assert is_stricter(BASE | {"csat_floor": 0.8}, BASE)
    assert is_stricter(BASE | {"budget": 5.0}, BASE)
    assert is_stricter(BASE | {"budget": 5.0}, BASE | {"budget": 6.0})
    assert not is_stricter(BASE | {"csat_floor": None}, BASE)
    assert not is_stricter(BASE | {"csat_floor": 0.9, "budget": 9.0}, BASE | {"budget": 6.0})
    assert not is_stricter({}, BASE)
