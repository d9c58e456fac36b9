"""Speed of the simulation: ratio beside ciw on the same model in one run, and a smoke size in normal runs.

`pytest -m bench tests/bench/test_simulation_speed.py -s` prints the figures.
"""

import time

import numpy as np
import pytest

from models.simulation import Groups, Queues, SimulationCase, people_from_levels, simulate

AHT_S, PATIENCE_S, PER_HALF_HOUR, AGENTS = 180.0, 120.0, 100, 12


def case(hours, queues=1):
    """Return the Erlang A oracle (10 erlang, 12 agents), `queues` times side by side with teams of their own."""
    contacts = np.full((queues, 2 * hours), float(PER_HALF_HOUR))
    names = tuple(f"queue {number}" for number in range(queues))
    picks = np.where(np.eye(queues, dtype=bool), 0, -1)
    staff = people_from_levels(np.full((queues, 2 * hours), AGENTS), 1800.0)
    return SimulationCase(1800.0, Queues(names, contacts, AHT_S, patience_s=PATIENCE_S), Groups(names, picks), staff)


def own_rate(given, replications, rounds=5):
    """Contacts simulated in a second of CPU time on one thread, the best of several runs; and the service level."""
    simulate(given, 1)
    best, level = 0.0, 0.0
    for _ in range(rounds):
        begin = time.process_time()
        result = simulate(given, replications, threads=1)
        best = max(best, result.contacts / (time.process_time() - begin))
        level = float(result.service_level()[0][0])
    return best, level


def ciw_rate(hours):
    """Contacts that ciw simulates in a second of CPU time, and their service level within 20 s."""
    ciw = pytest.importorskip("ciw")
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=PER_HALF_HOUR / 1800)],
        service_distributions=[ciw.dists.Exponential(rate=1 / AHT_S)],
        reneging_time_distributions=[ciw.dists.Exponential(rate=1 / PATIENCE_S)],
        number_of_servers=[AGENTS],
    )
    ciw.seed(1)
    simulation = ciw.Simulation(network)
    begin = time.process_time()
    simulation.simulate_until_max_time(hours * 3600.0)
    seconds = time.process_time() - begin
    records = simulation.get_all_records()
    in_time = sum(one.record_type == "service" and one.waiting_time <= 20 for one in records)
    return len(records) / seconds, in_time / len(records)


def test_smoke_faster_than_ciw():
    """Ten times is far below what is measured, and far above what a slow loop would reach."""
    own, level = own_rate(case(24), 20, rounds=2)
    peer, peer_level = ciw_rate(24)
    assert own > 10 * peer
    assert level == pytest.approx(peer_level, abs=0.03)


@pytest.mark.bench
def test_fifty_times_ciw_or_a_million_contacts_a_second(bench):
    peer, peer_level = ciw_rate(200)
    rows = [["ciw", f"{peer:,.0f}", "1", f"{peer_level:.3f}"]]
    rates = []
    for name, given, replications in (("servopt", case(48), 200), ("servopt, 12 queues", case(48, queues=12), 20)):
        rate, level = own_rate(given, replications)
        rates.append(rate)
        rows.append([name, f"{rate:,.0f}", f"{rate / peer:,.0f}", f"{level:.3f}"])
    bench.table("Erlang A, 10 erlang, 12 agents, one thread", ["engine", "contacts/s", "ratio", "in 20 s"], rows)
    assert rates[0] >= 50 * peer or min(rates) >= 1e6
