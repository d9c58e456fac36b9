"""The one-screen summary of a plan in the terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from optimizer.report.content import ReportContent
from optimizer.report.figures import plan_figures, service_figures
from optimizer.report.headline import COUNTED, promise, simulated_words
from optimizer.report.language import Language, language
from optimizer.report.remarks import say_remark
from optimizer.report.tables import PROOF

__all__ = ["PROOF", "plan_summary"]

NEARLY = 0.8
"""Share of the time limit after which a search may end: what is left to a part is too little for another step."""


def plan_summary(content: ReportContent, speak: Language | None = None) -> RenderableType:
    """Lay out the summary of a plan.

    Parameters
    ----------
    content : ReportContent
        The plan.
    speak : Language, optional
        Of the words; English by default.

    Returns
    -------
    renderable
        For a rich console, about 20 lines of at most 80 columns: contacts, people, hours, cost, expected service of the
        contacts offered, worst interval, abandonment, occupancy, gap, seconds; each pool; what is in conflict.
    """
    speak = speak or language()
    parts: list[RenderableType] = [Panel(_totals(content, speak), title=Text(content.title), title_align="left")]
    if len(content.pools) > 1:
        parts.append(_pools(content, speak))
    plan = content.plan
    conflict, way_out = speak("In conflict"), speak("Cheapest way out")
    for title, lines in ((conflict, plan.conflicts), (way_out, plan.relaxation)):
        if lines:
            parts.append(Text(f"{title}:", style="bold red"))
            parts.extend(Text(f"  - {say_remark(line, speak)}") for line in lines)
    return Group(*parts)


def _totals(content: ReportContent, speak: Language) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    for name, text in [*_work(content, speak), *_service(content, speak)]:
        table.add_row(name, Text(text))
    short = plan_figures(content)["uncovered_intervals"]
    if short:
        table.add_row(speak("Uncovered"), Text(speak("{count} intervals lack people", count=speak.number(short))))
    return table


def _work(content: ReportContent, speak: Language) -> list[tuple[str, str]]:
    """Days, contacts, people, hours, money."""
    figures, grid, currency = plan_figures(content), content.grid, content.currency
    days = speak.between(speak.date(grid.dates[0]), speak.date(grid.dates[-1]))
    people = speak(
        "{shifts} shifts, at most {heads} people at a time, {people} full-time equivalents",
        shifts=speak.number(figures["shifts"]), heads=speak.number(figures["peak_heads"]),
        people=speak.number(figures["full_time_equivalents"], 1),
    )  # fmt: skip
    hours = speak("{paid} paid, of which {rostered} rostered", paid=speak.number(figures["paid_hours"]),
                  rostered=speak.number(figures["rostered_hours"]))  # fmt: skip
    cost = speak(
        "{cost}; {each} a contact, {resolved} a resolved contact", cost=speak.money(figures["cost"], currency),
        each=speak.money(figures["cost_per_contact"], currency, 2),
        resolved=speak.money(figures["cost_per_resolved"], currency, 2),
    )  # fmt: skip
    return [
        (speak("Days"), f"{days}, {grid.time_zone}"),
        (speak("Contacts"), speak.number(figures["contacts"])),
        (speak("People"), people),
        (speak("Hours"), hours),
        (speak("Cost"), cost),
    ]


def _service(content: ReportContent, speak: Language) -> list[tuple[str, str]]:
    """Service, as promised and simulated, and how far all of it is proved."""
    figures, status = plan_figures(content), content.plan.result.status
    simulated = simulated_words(content, speak)
    worst = speak.share(figures["worst_service_level"])
    if figures["worst_interval"] is not None:
        pool = f", {figures['worst_pool']}" if len(content.pools) > 1 else ""
        worst = speak("{level} on {moment}", level=worst, moment=speak.moment(figures["worst_interval"]) + pool)
    # Whose word it is: the requirement's, unless simulation has corrected it.
    by = speak("planned for") if content.learnt is None else speak("by formulas")
    level = speak("{level} of {counted}, {by} ({promise})", level=speak.share(figures["service_level"]),
                  counted=speak(COUNTED.get(content.counted_of, content.counted_of)), by=by,
                  promise=promise(content, speak))  # fmt: skip
    wait = speak("{share}; mean wait {seconds} s", share=speak.share(figures["abandonment"]),
                 seconds=speak.number(figures["mean_wait_s"], 1))  # fmt: skip
    proof = speak("{proof}, gap {gap}", proof=speak(PROOF.get(status, status)), gap=speak.gap(figures["gap"]))
    if content.learnt is not None:
        proof += f"; {speak('of the targets that were learnt: that no others would do for less is not proved')}"
    limit = ended_by_time(content)
    if limit is not None:
        proof += f"; {speak('ended by the time limit of {seconds} s', seconds=speak.number(limit))}"
    return [
        (speak("Service level"), level),
        *(() if simulated is None else ((speak("Simulated"), f"{simulated[0]} ({simulated[1]})"),)),
        (speak("Worst interval"), worst),
        (speak("Abandonment"), wait),
        (speak("Occupancy"), speak.share(figures["occupancy"])),
        (speak("Proof"), proof),
        (speak("Seconds"), speak.number(figures["seconds"], 1)),
    ]


def ended_by_time(content: ReportContent) -> float | None:
    """Return the time limit in seconds if it ended the search before its gap was reached; None where it did not."""
    options, result = content.record.about.get("options") or {}, content.plan.result
    limit, wanted = options.get("time_limit_s"), options.get("gap")
    if limit is None or wanted is None or result.gap is None or result.status != "feasible":
        return None
    # who presses Ctrl-C ends it sooner
    return float(limit) if result.gap > wanted and result.seconds >= NEARLY * limit else None


def _pools(content: ReportContent, speak: Language) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0))
    table.add_column(speak("Pool"), style="bold")
    simulated = {} if content.simulated is None else content.simulated.pools
    # two lines where there is no room: e-mail is counted in the head of all, and not here
    table.add_column(speak("Live contacts"), justify="right")
    for name in (speak("Paid hours"), speak("Cost {currency}", currency=content.currency),
                 speak("Service"), *((speak("Simulated"),) if simulated else ()), speak("Target"), speak("Abandon"),
                 speak("Busy")):  # fmt: skip
        table.add_column(name, justify="right", no_wrap=True)
    costs = content.cost.level("total").set_index("pool")
    for pool in content.pools:
        rows = content.plan.coverage[content.plan.coverage["pool"] == pool]
        figures = service_figures(rows)
        cost = costs.loc[pool] if pool in costs.index else None
        table.add_row(
            Text(pool),
            speak.number(rows["contacts"].sum()),
            speak.number(0 if cost is None else cost["paid_hours"]),
            speak.number(0 if cost is None else cost["cost"]),
            speak.share(figures["service_level"]),
            *((speak.share(simulated.get(pool, (None, None))[0]),) if simulated else ()),
            speak.setting(content.service[pool].target),
            speak.share(figures["abandonment"]),
            speak.share(figures["occupancy"]),
        )
    return table
