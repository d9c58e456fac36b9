"""Options that take two figures: BEFORE:AFTER."""

from __future__ import annotations

from collections.abc import Callable

import click

from optimizer.cli.calculating import Finite

Pair = tuple[float, float]


def pair_of(kind: Finite) -> Callable[[click.Context, click.Parameter, str | None], Pair | None]:
    """Make the callback of an option with two figures.

    Parameters
    ----------
    kind : Finite
        Type of each figure.

    Returns
    -------
    callable
        Reads "5:3" as (5.0, 3.0); None stays None; anything else is wrong use.
    """

    def read(ctx: click.Context, param: click.Parameter, value: str | None) -> Pair | None:
        if value is None:
            return None
        before, mark, after = value.partition(":")
        if not mark:
            raise click.BadParameter(f"{value} is no pair of figures; write BEFORE:AFTER, such as 5:3", ctx, param)
        return kind.convert(before, param, ctx), kind.convert(after, param, ctx)

    return read
