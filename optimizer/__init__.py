"""What to decide: linear and integer programs on the records of the sibling package `models`.

Both packages carry generic names, so another project's `models` may stand before ours on the path. That would fail
much later and in confusing ways; so it is said here, at once, and with the path of the package in the way.
"""

from pathlib import Path
from types import ModuleType

import models


def _own_sibling(package: ModuleType, home: Path) -> None:
    """Raise ImportError unless `package` lies in `home`, the folder that holds this package."""
    # A plain models.py has no __path__, only a file.
    found = [Path(place).resolve() for place in getattr(package, "__path__", [package.__file__ or "an unknown place"])]
    if found == [home / "models"] and getattr(package, "__version__", None) is not None:
        return
    where = ", ".join(str(place) for place in found)
    raise ImportError(
        f"servopt needs its own package 'models' in {home / 'models'}, but Python finds another one in {where}. "
        "Remove or rename that one, start from another folder, or install servopt into an environment of its own "
        "(python3 -m venv)."
    )


_own_sibling(models, Path(__file__).resolve().parent.parent)

__version__: str = models.__version__
