"""All checks of a plan's folder, in their order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from models.faults import Fault, InputFaults
from models.verification import invest, mix, rosters, rotation, skills
from models.verification.cost import COST, check_cost
from models.verification.cover import COVERAGE, check_cover, count_heads, read_coverage
from models.verification.deferred import check_deferred
from models.verification.files import read_json, read_settings
from models.verification.findings import Log, Verification
from models.verification.inputs import DEMAND, SETTINGS, TYPES, read_inputs
from models.verification.learnt import check_simulated, check_targets
from models.verification.limits import check_limits
from models.verification.proof import PLAN, check_about, check_proof, check_summary
from models.verification.requirement import check_requirement
from models.verification.requirement_table import check_requirement_table
from models.verification.schedule import SCHEDULE, read_shifts_worked
from models.verification.service import check_service
from models.verification.shift_rules import check_shift_rules

NEEDED = (PLAN, SCHEDULE, COVERAGE, COST, SETTINGS, TYPES, DEMAND)


def verify_plan(folder: str | Path) -> Verification:
    """Recompute what a plan's files say.

    Parameters
    ----------
    folder : str or Path
        As `servopt plan`, `mix`, `invest`, `roster` or `schedule --skills` wrote it.

    Returns
    -------
    Verification
        Every difference, with its place; nothing is changed.

    Raises
    ------
    InputFaults
        If a file is missing or cannot be read at all.
    """
    place = Path(folder)
    parts = [(needed, check) for record, needed, check in _PARTS if (place / record).is_file()]
    parts = parts or [(NEEDED, _check_shift_plan)]  # which then says what is missing
    missing = [name for needed, _ in parts for name in needed if not (place / name).is_file()]
    if missing:
        message = "is missing; `servopt plan DIR --out FOLDER` (`servopt mix`, `invest`, `roster`) writes it"
        raise InputFaults([Fault(str(place / name), None, None, "", message) for name in missing])
    log = Log()
    try:
        for _, check in parts:
            check(place, log)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as problem:
        message = f"is not as it was written: {type(problem).__name__} {problem}; plan again"
        raise InputFaults([Fault(str(place), None, None, "", message)]) from problem
    return log.result()


def _check_shift_plan(place: Path, log: Log) -> None:
    content = read_json(place / PLAN)
    # a plan of an infeasible scenario is partial: its arithmetic has to be right, the promises it cannot keep
    promised = content["stages"]["schedule"]["status"] in ("optimal", "feasible")
    inputs = read_inputs(place, log, calibrated=content["about"].get("calibration") is not None)
    shifts = read_shifts_worked(place, inputs.calendar.clock, log)
    coverage = read_coverage(place, inputs, log)
    heads = count_heads(inputs, shifts, log)
    check_cover(inputs, heads, coverage, log)
    check_shift_rules(inputs, shifts, log)
    if promised:
        check_limits(inputs, shifts, heads, log)
    else:
        log.remarks.append("the scenario has no plan that keeps every rule: limits and promises are not checked")
    check_requirement(inputs, coverage, log)
    served = check_service(inputs, heads, coverage, log, promised=promised)
    check_deferred(inputs, coverage, log, promised=promised)
    check_requirement_table(place, inputs, coverage, log)
    check_targets(place, inputs, log)
    check_simulated(place, content, inputs, served, log)
    sums = check_cost(place, inputs, shifts, log)
    check_about(content, read_settings(place / SETTINGS), inputs, log)
    check_proof(content, shifts, log)
    check_summary(content, inputs, shifts, served, sums, coverage, heads, log)


_PARTS: tuple[tuple[str, tuple[str, ...], Callable[[Path, Log], None]], ...] = (
    (PLAN, NEEDED, _check_shift_plan),
    (mix.RECORD, mix.NEEDED, mix.check_mix),
    (invest.RECORD, invest.NEEDED, invest.check_invest),
    (invest.JOINT, invest.JOINT_NEEDED, invest.check_joint),
    (rosters.RECORD, rosters.NEEDED, rosters.check_roster),
    (rotation.RECORD, rotation.NEEDED, rotation.check_rotation),
    (skills.RECORD, skills.NEEDED, skills.check_skills),
)
"""The file that shows that a folder holds such a plan, the files that are read, and the check."""
