"""`servopt calc mentions`: how often each issue is mentioned, and what its removal is worth."""

from __future__ import annotations

from pathlib import Path

import click

from optimizer.cli.calculating import AT_LEAST_ZERO, SHEET, finish, output_options

SYSTEMS = ("U24",)
EXAMPLE = "servopt calc mentions data/finance/mentions.csv --cost-per-contact 4.2"
ORACLE_TEST = "tests/models/test_mentions.py"


@click.command(name="mentions")
@click.argument("mentions", type=SHEET)
@click.option("--cost-per-contact", type=AT_LEAST_ZERO, help="Avoidable cost of a contact, where the table has none.")
@click.option(
    "--contacts", type=AT_LEAST_ZERO, help="Contacts of the period, when a contact may mention several issues."
)
@output_options
def command(
    mentions: Path, cost_per_contact: float | None, contacts: float | None, out: Path | None, as_json: bool
) -> None:
    """Mention rate of issues (mentions / all mentions) and the worth of removing each, by service centre too."""
    from models.mentions import TABLE, mention_rates
    from models.sheets import load_sheet

    table = load_sheet(mentions, TABLE)
    try:
        found = mention_rates(table, cost_per_contact, contacts, file=mentions.name)
    except ValueError as problem:
        raise click.UsageError(str(problem)) from problem
    results = {"issues": found.issues} | ({"centres": found.centres} if len(found.centres) else {})
    finish(
        results,
        found.notes,
        out=out,
        as_json=as_json,
        title="Issues by mention rate",
        units={"rate": "%", "rate_all": "%", "cumulative_rate": "%"},
    )
