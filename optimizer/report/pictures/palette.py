"""Colours and common look of all pictures, by day and by night.

Figures name colours as CSS does, ``var(--accent)``; whoever draws them says which set holds. Colours that stand side by
side differ in lightness too, and the pairs that mean something (over and under, costs and savings) are blue and orange,
which people who see red and green alike can tell apart. Text keeps at least 4.5 : 1 to its ground (WCAG 2.2, AA).
"""

from __future__ import annotations

import re
from typing import Any

LIGHT = {
    "ink": "#1b2530", "muted": "#566472", "paper": "#ffffff", "page": "#f4f6f8", "line": "#d7dde3", "grid": "#e6eaee",
    "accent": "#0b5cad", "fill": "#bcd7f0", "need": "#b3450a", "need-soft": "#d99a6c", "good": "#0b7a55",
    "bad": "#b3261e", "alert": "#fdf1ea", "node": "#8fa3b5",
    "under-3": "#8f3503", "under-2": "#d9742f", "under-1": "#f6cfab", "even": "#f4f6f8",
    "over-1": "#bcd7f0", "over-2": "#5c9fd8", "over-3": "#0b4f95",
}  # fmt: skip
DARK = {
    "ink": "#e7ecf1", "muted": "#a3b0bd", "paper": "#1a222b", "page": "#10161c", "line": "#34414d", "grid": "#2a353f",
    "accent": "#6db3f2", "fill": "#2b4c6b", "need": "#ff9f5a", "need-soft": "#a86a3d", "good": "#4cc79b",
    "bad": "#ff8a80", "alert": "#33241a", "node": "#62778a",
    "under-3": "#ffb27a", "under-2": "#c96a2b", "under-1": "#5f3a20", "even": "#1f2831",
    "over-1": "#23435f", "over-2": "#3f86c4", "over-3": "#9fd0ff",
}  # fmt: skip
SERIES = ("#0b5cad", "#b5541a", "#0b7a55", "#8a4fa3", "#8a6a00", "#566472", "#1f7a8c", "#b3261e", "#7a5230", "#667380")
"""Colours of things of equal standing, in their order; white words on them can be read."""
_NAME = re.compile(r"var\(--([\w-]+)\)")


def colour(name: str) -> str:
    """Name a colour of the set that will hold when the figure is drawn."""
    if name not in LIGHT:
        raise KeyError(name)
    return f"var(--{name})"


TEMPLATE: dict[str, Any] = {
    "layout": {
        "font": {"family": "system-ui, sans-serif", "size": 13, "color": colour("ink")},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 60, "r": 16, "t": 34, "b": 52},
        "hoverlabel": {
            "bgcolor": colour("paper"),
            "bordercolor": colour("line"),
            "font": {"color": colour("ink")},
        },
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
        "xaxis": {"gridcolor": colour("grid"), "linecolor": colour("line"), "zeroline": False, "automargin": True},
        "yaxis": {"gridcolor": colour("grid"), "linecolor": colour("line"), "zeroline": False, "automargin": True},
        "separators": ".,",
        "dragmode": False,
        "barcornerradius": 2,
    }
}
"""Look of every figure that says nothing else."""


def css() -> str:
    """Both sets as custom properties of a page: light, and dark where the reader's system is; print is light."""
    light, dark = (" ".join(f"--{name}: {value};" for name, value in names.items()) for names in (LIGHT, DARK))
    return (
        f":root {{ color-scheme: light dark; {light} }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"
    )


def resolved(figure: dict[str, Any], palette: dict[str, str] = LIGHT) -> dict[str, Any]:
    """Return a figure as plotly draws it: with the common look, and colours in place of their names."""
    layout = {**figure.get("layout", {}), "template": TEMPLATE}
    found: dict[str, Any] = _with_colours({**figure, "layout": layout}, palette)
    return found


def _with_colours(value: Any, palette: dict[str, str]) -> Any:
    if isinstance(value, str):
        return _NAME.sub(lambda found: palette[found[1]], value) if "var(--" in value else value
    if isinstance(value, dict):
        return {key: _with_colours(part, palette) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_with_colours(part, palette) for part in value]
    return value
