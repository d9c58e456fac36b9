"""`servopt calc delivered-value`: what an offer leaves the customer."""

from __future__ import annotations

from pathlib import Path

import click

from optimizer.cli.calculating import SHEET, finish, output_options

SYSTEMS = ("U19",)
EXAMPLE = "servopt calc delivered-value data/finance/offers.csv"
ORACLE_TEST = "tests/models/test_delivered_value.py"


@click.command(name="delivered-value")
@click.argument("offers", type=SHEET)
@output_options
def command(offers: Path, out: Path | None, as_json: bool) -> None:
    """Delivered value of offers: what they give the customer less what they take, and the price that matches the best.

    Gives: product, service, people, image. Takes: price, time, energy, worry.
    """
    from models.delivered_value import TABLE, delivered_value
    from models.sheets import load_sheet

    found = delivered_value(load_sheet(offers, TABLE))
    finish({"offers": found.offers}, found.notes, out=out, as_json=as_json, title="Delivered value")
