"""What a mix truly costs: its work of a week, the schedules that serve it, and everything else by the calculators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from models.mix.case import MixCase
from models.mix.cost import ITEMS, planes_cost, price_flow
from models.mix.records import Floats
from optimizer.cost_table import Point, Solved
from optimizer.loop.found import StatePlan
from optimizer.loop.pools import SplitPools
from optimizer.loop.problem import LoopProblem, PeopleCost
from optimizer.loop.tables import Shape, TableMaker

DAYS_PER_YEAR, DAYS_PER_WEEK = 365.0, 7.0
WEEKS_PER_YEAR = DAYS_PER_YEAR / DAYS_PER_WEEK


def states_of(
    problem: LoopProblem, paid: PeopleCost, maker: TableMaker, mixes: Sequence[tuple[MixCase, Floats]],
    schedules: Sequence[Sequence[Solved]],
) -> tuple[StatePlan, ...]:  # fmt: skip
    """Return mixes with the schedules of each pool that serve them."""
    plain, found = problem.month(paid), []
    for (case, flow), solved in zip(mixes, schedules, strict=True):
        weeks = float(case.days.sum()) / DAYS_PER_WEEK
        # what the tables say of the schedules alone; tables of a state hold the cost of leavers, too
        people = _people(case, plain, flow) / weeks
        true = float(sum(one.cost for one in solved))
        priced = price_flow(case, flow)
        # not read off the tables: a mix of another round may lie beyond their last step
        rest = float(sum(priced.item(name).sum() for name in ITEMS if name != "people")) / weeks
        whole = (rest + with_leavers(case, plain) * true) * WEEKS_PER_YEAR
        found.append(StatePlan(case, flow, maker.shape_of(case, flow), tuple(solved), paid, people, whole))
    return tuple(found)


def estimated(
    paid: PeopleCost, split: SplitPools, shapes: Sequence[Shape], main: int, solved: Sequence[Solved]
) -> list[list[Solved]]:
    """Return what schedules cost by planes, each pool as much dearer as its schedule of one shape is.

    Parameters
    ----------
    main : place of that shape
    solved : its schedules
    """

    def by_planes(p: int, shape: Shape) -> float:
        hours = np.array([float(shape.parts[place].hours.sum()) for place in split.parts[p]])
        return float(planes_cost(paid.planes[p], hours).sum())

    found = []
    for shape in shapes:
        mine = []
        for p, known in enumerate(solved):
            said, here = by_planes(p, shapes[main]), by_planes(p, shape)
            part = here / said if said > 0 else 0.0
            hours = float(shape.of_pool(split.parts[p]).hours.sum())
            point = Point(split.pool_names[p], known.point.service_level, 1.0)
            mine.append(Solved(point, hours, part * known.cost, 0.0, "by planes", proved=False))
        found.append(list(solved) if shape is shapes[main] else mine)
    return found


def _people(case: MixCase, plain: MixCase, flow: Floats) -> float:
    """What the tables say that the schedules of a mix cost."""
    as_plain = replace(case, settings=plain.settings, cost_tables=plain.cost_tables, cost_planes=plain.cost_planes)
    return float(price_flow(as_plain, flow).people.sum())


def with_leavers(case: MixCase, plain: MixCase) -> float:
    """What people cost with those who leave, beside their schedules: by so much the tables of a state are dearer."""
    own, other = (
        sum(float(region.per_hour.sum()) for one in paid.cost_planes for region in one.regions)
        + sum(float(one.cost_per_week[-1]) for one in paid.cost_tables)
        for paid in (case, plain)
    )
    return own / other if other > 0 else 1.0
