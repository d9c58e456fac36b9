"""Every fault of a scenario folder at once, by the readers of the commands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from models.faults import Fault, InputFaults


def faults_of(folder: Path) -> tuple[Fault, ...]:
    """Read a folder as each command would that it is for."""
    from models.investment.reading import is_investment, read_case
    from models.mix.reading import is_mix, read_mix
    from models.roster.reading import is_roster, read_roster_folder
    from models.scenario import SETTINGS_FILE, read_scenario

    readers: list[tuple[Callable[[Path], object], bool]] = [
        (read_scenario, (folder / SETTINGS_FILE).is_file()), (read_mix, is_mix(folder)),
        (read_case, is_investment(folder)), (read_roster_folder, is_roster(folder)),
    ]  # fmt: skip
    faults: dict[Fault, None] = {}
    for read, is_there in readers:
        if not is_there:
            continue
        try:
            read(folder)
        except InputFaults as found:
            faults.update(dict.fromkeys(found.faults))
    return tuple(faults)
