"""A plan's folder as a user gives it: read with every fault said, compared with others only where that makes sense."""

from __future__ import annotations

from pathlib import Path

from models.faults import Fault, InputFaults
from models.plan import PlanRecord
from models.planfiles import COVERAGE_FILE, PLAN_FILE, SCHEDULE_FILE, read_plan

_OTHERS = {
    "roster.json": "a roster (`servopt verify` and `report` read it, and `servopt roster DIR --from` compares with it)",
    "rotation.json": "a rotation (`servopt verify` reads it)",
    "skills.json": "a schedule of agent groups (`servopt verify` and `simulate` read it)",
}
"""Records of other folders, and what reads them."""
_SAME = {"currency": "currency", "first_date": "first day", "days": "number of days", "interval_min": "interval length"}


def load_plan(folder: str | Path) -> PlanRecord:
    """Read a plan's folder (`models.planfiles.read_plan`).

    Parameters
    ----------
    folder : str or Path
        Holds schedule.csv, coverage.csv and plan.json, as `servopt plan` writes them.

    Returns
    -------
    PlanRecord
        With at least one shift.

    Raises
    ------
    InputFaults
        If a file is missing or is no such file, or the plan holds no shift.
    """
    place = Path(folder)
    names = (PLAN_FILE, SCHEDULE_FILE, COVERAGE_FILE)
    missing = [name for name in names if not (place / name).is_file()]
    if PLAN_FILE in missing:
        for name, words in _OTHERS.items():
            if (place / name).is_file():
                raise InputFaults([Fault(str(place), None, None, "", f"holds {words}, and no shift plan")])
    if missing:
        message = "is missing; `servopt plan DIR --out FOLDER` writes it"
        raise InputFaults([Fault(str(place / name), None, None, "", message) for name in missing])
    try:
        record = read_plan(place)
    except (ValueError, KeyError, TypeError, AttributeError) as problem:  # JSON that does not parse is a ValueError
        message = f"is not as `servopt plan` writes it: {problem}; plan again"
        raise InputFaults([Fault(str(place), None, None, "", message)]) from problem
    if record.plan.schedule.empty:
        message = f"holds no shifts (status: {record.plan.result.status}); there is nothing to price or compare"
        raise InputFaults([Fault(str(place / SCHEDULE_FILE), None, None, "", message)])
    return record


def require_comparable(one: PlanRecord, other: PlanRecord, place: str | Path) -> None:
    """Refuse to compare plans of other days or in another currency.

    Parameters
    ----------
    one, other : PlanRecord
        The plans.
    place : str or Path
        Folder of the other one, for the faults.

    Raises
    ------
    InputFaults
        With each difference in currency, first day, days, interval or time zone.
    """
    faults = [
        Fault(str(Path(place) / PLAN_FILE), None, name, str(other.about.get(name)),
              f"another {words} than {one.about.get(name)} of the plan it is compared with")
        for name, words in _SAME.items()
        if one.about.get(name) != other.about.get(name)
    ]  # fmt: skip
    if one.time_zone != other.time_zone:
        message = f"another time zone than {one.time_zone} of the plan it is compared with"
        faults.append(Fault(str(Path(place) / PLAN_FILE), None, "time_zone", other.time_zone, message))
    if faults:
        raise InputFaults(faults)
