"""`servopt calc compare-plans`: service against cost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from optimizer.cli.calculating import AT_LEAST_ZERO, SHARE, finish, output_options
from optimizer.cli.pairs import pair_of

SYSTEMS = ("U7",)
EXAMPLE = "servopt calc compare-plans --service 0.80:0.85 --cost 100000:96000"
ORACLE_TEST = "tests/models/test_plan_comparison.py"
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command(name="compare-plans")
@click.argument("plan_a", metavar="[PLAN_A]", type=_FOLDER, required=False)
@click.argument("plan_b", metavar="[PLAN_B]", type=_FOLDER, required=False)
@click.option("--service", metavar="A:B", callback=pair_of(SHARE), help="Service levels, fractions, such as 0.80:0.85.")
@click.option("--cost", metavar="A:B", callback=pair_of(AT_LEAST_ZERO), help="Costs, such as 100000:96000.")
@click.option("--service-tolerance", type=SHARE, default=0.005, show_default=True,
              help="Change of the service level that counts as none.")  # fmt: skip
@click.option("--cost-tolerance", type=SHARE, default=0.005, show_default=True,
              help="Change of the cost that counts as none, fraction of A's.")  # fmt: skip
@click.option("--promised", type=SHARE, default=1.0, show_default=True,
              help="Service counts up to this level; what goes beyond it counts for nothing.")  # fmt: skip
@output_options
def command(plan_a: Path | None, plan_b: Path | None, **given: Any) -> None:
    """Plan B against plan A: service same or up, cost down, same or up, or worse.

    Give two folders that `servopt plan` wrote, or --service and --cost. The four types are: service the same and cost
    down; both up; service up and cost the same; service up and cost down.
    """
    from models.plan_comparison import compare_days, compare_figures
    from models.promise import service_level

    tolerances = {name: given[name] for name in ("service_tolerance", "cost_tolerance", "promised")}
    results: dict[str, Any] = {}
    notes = [
        f"changes of service up to {100 * given['service_tolerance']:g} points and of cost up to "
        f"{given['cost_tolerance']:.2%} count as none"
    ]
    if plan_a and plan_b and not (given["service"] or given["cost"]):
        from models.plan_folder import load_plan, require_comparable

        one, other = load_plan(plan_a), load_plan(plan_b)
        require_comparable(one, other, plan_b)
        services = (service_level(one.plan.coverage), service_level(other.plan.coverage))
        costs = (one.plan.cost, other.plan.cost)
        days = compare_days(one.plan, other.plan, **tolerances)
        kinds = days["kind"].value_counts()
        notes += [f"{count} of {len(days)} days: {kind}" for kind, count in kinds.items()]
        notes += _remarks(one, other)
        results["days"] = days
    elif given["service"] and given["cost"] and not plan_a:
        services, costs = given["service"], given["cost"]
    else:
        raise click.UsageError("give two plan folders, or --service with --cost")
    found = compare_figures(services[0], costs[0], services[1], costs[1], **tolerances)
    sides = {"service_a": services[0], "service_b": services[1], "cost_a": costs[0], "cost_b": costs[1]}
    changes = {
        name: getattr(found, name) for name in ("service_change", "cost_change", "cost_change_ratio", "cost_per_point")
    }
    results = {"comparison": {"type": found.kind, **sides, **changes}, **results}
    units = dict.fromkeys(("service_a", "service_b", "service_change", "cost_change_ratio"), "%")
    title = f"Plan B against plan A: {found.kind} (service {100 * found.service_change:+.1f} points, cost "
    title += f"{found.cost_change:+,.2f})"
    finish(results, notes, out=given["out"], as_json=given["as_json"], title=title, units=units)


def _remarks(one: Any, other: Any) -> list[str]:
    """Say what makes the comparison less than it seems."""
    contacts = [float(record.plan.coverage["contacts"].sum()) for record in (one, other)]
    notes = []
    if abs(contacts[1] - contacts[0]) > 0.001 * max(contacts):
        notes.append(
            f"the plans expect {contacts[0]:,.0f} and {contacts[1]:,.0f} contacts: part of the change is demand"
        )
    for name, record in (("A", one), ("B", other)):
        if len(record.plan.uncovered):
            notes.append(f"plan {name} leaves {len(record.plan.uncovered)} intervals short of people")
    return notes
