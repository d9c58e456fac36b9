"""The example scenarios that come with the product, in a checkout (data/) as in an installed wheel (models/_data)."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from models.textfile import read_text_quietly

_MARKS = ("scenario.yaml", "mix.yaml", "roster.yaml", "rotation.yaml")


def _root() -> Path:
    """Folder of the examples; the packaged one first, since a stranger's folder `data` may lie beside the package."""
    here = Path(__file__).resolve().parent
    packaged = here / "_data"
    return packaged if packaged.is_dir() else here.parent / "data"


def list_examples() -> list[str]:
    """Names of the examples, sorted."""
    root = _root()
    if not root.is_dir():
        return []
    return sorted(entry.name for entry in root.iterdir() if any((entry / mark).is_file() for mark in _MARKS))


def example_path(name: str) -> Path:
    """Folder of an example.

    Parameters
    ----------
    name : str
        One of `list_examples`.

    Raises
    ------
    KeyError
        If there is no such example; the message names those that are there.
    """
    if name not in list_examples():
        raise KeyError(f"there is no example {name!r}; the examples are {', '.join(list_examples())}")
    return _root() / name


def example_file(relative: Path) -> Path | None:
    """Find a file of the examples by its path below data/, such as finance/ledger.csv; None when there is none."""
    root = _root().resolve()
    found = (root / relative).resolve()
    return found if found.is_file() and found.is_relative_to(root) else None


def example_title(name: str) -> str:
    """First heading of the example's README.md, without its name.

    Raises
    ------
    KeyError
        If there is no such example.
    """
    text = read_text_quietly(example_path(name) / "README.md")
    heading = next((line.lstrip("# ").strip() for line in text.splitlines() if line.startswith("#")), name)
    return heading.removeprefix(f"{name}:").strip()


def copy_example(name: str, target: str | Path) -> list[str]:
    """Copy an example into a new or empty folder, whole or not at all.

    Parameters
    ----------
    name : str
        One of `list_examples`.
    target : str or Path
        Folder that does not exist yet, or is empty.

    Returns
    -------
    list of str
        Names of the files, sorted.

    Raises
    ------
    KeyError
        If there is no such example.
    FileExistsError
        If the target is a file, or a folder with something in it. Nothing is overwritten.
    """
    source, place = example_path(name), Path(target).resolve()
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise FileExistsError(f"{target} exists and is not an empty folder; choose another name")
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent, prefix=f".{place.name}.") as scratch:
        copy = Path(scratch) / "copy"
        copy.mkdir()
        for entry in sorted(source.iterdir()):
            if entry.is_file() and not entry.name.startswith("."):
                shutil.copyfile(entry, copy / entry.name)
        if place.exists():  # an empty folder may be somebody's working directory: fill it, do not replace it
            for entry in sorted(copy.iterdir()):
                os.replace(entry, place / entry.name)
        else:
            os.replace(copy, place)
    return sorted(entry.name for entry in place.iterdir())
