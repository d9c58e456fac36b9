"""Speed of the queueing models: ratios beside a peer in one run, and a smoke size in normal runs.

`pytest -m bench tests/bench -s` prints the figures. The peer (pyworkforce) is not a dependency: it is used when it can
be imported, or through another Python that has it, named by SERVOPT_PEER_PYTHON.
"""

import importlib.util
import json
import math
import os
import subprocess
import sys
import time

import numpy as np
import pytest

from models.queueing import ServiceGoal, required_agents

AHT_S, PATIENCE_S, INTERVAL_S = 300.0, 180.0, 900.0

PEER = """
import json, sys, time
import pyworkforce.queuing
kind, calls = json.loads(sys.stdin.read())
Model = getattr(pyworkforce.queuing, "Erlang" + kind, None)
if Model is None:
    sys.exit(44)
begin, agents = time.process_time(), []
for n in calls:
    given = dict(transactions=n, aht=5, asa=20 / 60, interval=15, shrinkage=0.3)
    model = Model(**given) if kind == "C" else Model(**given, patience=3)
    agents.append(model.required_positions(service_level=0.8, max_occupancy=0.85)["raw_positions"])
print(json.dumps([time.process_time() - begin, agents]))
"""


def week(calls, intervals=672):
    return np.random.default_rng(1).poisson(calls, intervals)


def own_seconds(load, goal, rounds=5):
    """Least CPU time of several runs, after one that warms up."""
    required_agents(load[:10], AHT_S, goal, patience_s=PATIENCE_S)
    best = np.inf
    for _ in range(rounds):
        begin = time.process_time()
        required_agents(load, AHT_S, goal, patience_s=PATIENCE_S)
        best = min(best, time.process_time() - begin)
    return best


def peer_seconds(kind, calls):
    """CPU time of the peer and its agents, in a process of its own."""
    python = os.environ.get("SERVOPT_PEER_PYTHON")
    if python is None and importlib.util.find_spec("pyworkforce") is None:
        pytest.skip("pyworkforce is not installed here and SERVOPT_PEER_PYTHON names no Python that has it")
    done = subprocess.run(
        [python or sys.executable, "-c", PEER],
        input=json.dumps([kind, [int(n) for n in calls]]),
        capture_output=True,
        text=True,
    )
    if done.returncode == 44:
        pytest.skip(f"the pyworkforce that is installed has no Erlang{kind} (0.5.4 has)")
    assert done.returncode == 0, done.stderr
    seconds, agents = json.loads(done.stdout)
    return seconds, np.array(agents)


@pytest.mark.bench
def test_erlang_a_week_is_a_thousand_times_the_peer():
    """672 intervals of about 1,000 calls; the peer runs on every 84th interval and is scaled up."""
    goal = ServiceGoal(0.8, 20, occupancy_cap=0.85)
    calls = week(1000)
    sample = calls[::84]
    seconds, _ = peer_seconds("A", sample)
    peer = seconds * len(calls) / len(sample)
    own = own_seconds(calls * AHT_S / INTERVAL_S, goal)
    print(f"\nErlang A week: {own * 1e3:.1f} ms; peer {peer:.1f} s (from {len(sample)}); ratio {peer / own:,.0f}")
    assert peer / own >= 1000


def plain_requirement(load, target, occupancy_cap, within_s=20.0, steps=200):
    """Least agents of Erlang A as a plain loop finds them: state by state, agent by agent, waits by Simpson's rule."""
    lam, mu, theta = load / AHT_S, 1 / AHT_S, 1 / PATIENCE_S
    n = max(int(0.8 * load), 1)
    while True:
        blocked = 1.0
        for k in range(1, n + 1):
            blocked = load * blocked / (k + load * blocked)
        term, total, queue, j = 1.0, 1.0, 0.0, 0
        while term > 1e-15 * total:
            j += 1
            term *= lam / (n * mu + j * theta)
            total += term
            queue += j * term
        full = 1 / (1 / blocked + total - 1)
        level = 1 - full * total
        for i in range(steps + 1):
            t = within_s * i / steps
            weight = 1 if i in (0, steps) else 4 if i % 2 else 2
            decay = math.exp(-theta * t)
            density = n * mu * full * math.exp(-n * mu * t + lam / theta * (1 - decay))
            level += weight * density * decay * within_s / steps / 3
        busy = load * (1 - theta * full * queue / lam) / n
        if level >= target and busy <= occupancy_cap:
            return n
        n += 1


@pytest.mark.bench
def test_erlang_a_week_is_a_thousand_times_a_plain_loop():
    """The same exact model without the closed form and without numpy, on every 84th interval, scaled up."""
    goal = ServiceGoal(0.8, 20, occupancy_cap=0.85)
    calls = week(1000)
    load = calls * AHT_S / INTERVAL_S
    begin = time.process_time()
    plain = [plain_requirement(value, 0.8, 0.85) for value in load[::84]]
    seconds = (time.process_time() - begin) * len(load) / len(plain)
    own = own_seconds(load, goal)
    print(f"\nErlang A week: {own * 1e3:.1f} ms; plain loop {seconds:.1f} s; ratio {seconds / own:,.0f}")
    assert required_agents(load[::84], AHT_S, goal, patience_s=PATIENCE_S).tolist() == plain
    assert seconds / own >= 1000


@pytest.mark.bench
def test_erlang_c_agrees_with_the_peer_and_is_faster():
    calls = week(1000)
    seconds, agents = peer_seconds("C", calls)
    goal = ServiceGoal(0.8, 20, model="erlang-c", occupancy_cap=0.85)
    load = calls * AHT_S / INTERVAL_S
    own = own_seconds(load, goal)
    print(f"\nErlang C week: {own * 1e3:.2f} ms; peer {seconds * 1e3:.0f} ms; ratio {seconds / own:,.0f}")
    assert np.array_equal(required_agents(load, AHT_S, goal), agents)
    assert seconds / own >= 10


@pytest.mark.bench
def test_a_million_erlang_c_requirements_in_five_seconds():
    for most in (50, 500, 5000):
        load = np.random.default_rng(2).uniform(0.1, most, 1_000_000)
        seconds = own_seconds(load, ServiceGoal(0.8, 20, model="erlang-c"), rounds=1)
        print(f"\n10^6 Erlang C requirements up to {most} erlang: {seconds:.2f} s of CPU")
        assert seconds <= 5


def test_one_call_for_many_intervals_beats_a_loop():
    """Smoke size: the vectorised search does far less than one search per interval would."""
    load = week(1000, 96) * AHT_S / INTERVAL_S
    goal = ServiceGoal(0.8, 20)
    together = own_seconds(load, goal, rounds=3)
    begin = time.process_time()
    one_by_one = [int(required_agents(value, AHT_S, goal, patience_s=PATIENCE_S)) for value in load]
    alone = time.process_time() - begin
    assert one_by_one == required_agents(load, AHT_S, goal, patience_s=PATIENCE_S).tolist()
    assert alone > 5 * together
