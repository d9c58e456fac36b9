"""What comes first: the decision in a sentence, and the figures that a reader looks for."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from optimizer.report.content import ReportContent
from optimizer.report.figures import plan_figures, service_figures
from optimizer.report.language import UNKNOWN, Language, mark
from optimizer.report.parts import Parts, Tables
from optimizer.report.remarks import say_rule
from optimizer.report.skills import promises_kept, skills_sentence
from optimizer.report.tables import PROOF
from optimizer.report.whole import decision_figure, decision_sentence

COUNTED = {
    "contacts offered": mark("contacts offered"),
    "contacts answered": mark("contacts answered"),
    "contacts without short abandons": mark("contacts without short abandons"),
}
"""What a service level is a share of, in words."""
GOOD, BAD = "good", "bad"
SHARE, SMALL_SHARE, WHOLE = "0.0%", "0.00%", "#,##0"


@dataclass(frozen=True)
class Tile:
    """A figure with its name and what stands beside it.

    Parameters
    ----------
    name, figure, aside : str
    tone : str
        `GOOD`, `BAD` or empty.
    value : float, optional
        The figure as a number, where it is one.
    form : str
        Number format of `value`, as a spreadsheet writes it.
    sum_of : str
        Column of the workbook whose sum it is.
    """

    name: str
    figure: str
    aside: str
    tone: str = ""
    value: float | None = None
    form: str = SHARE
    sum_of: str = ""


def sentences(parts: Parts, speak: Language) -> list[str]:
    """Say what is decided, one sentence a part: mix, initiatives, shifts, roster."""
    found = []
    if parts.decision is not None:
        found.append(decision_sentence(parts.decision, speak))
    if parts.mix is not None:
        found.append(_mix_sentence(parts.mix, speak))
    if parts.invest is not None:
        found.append(_invest_sentence(parts.invest, speak))
    if parts.shifts is not None:
        found.append(_shift_sentence(parts.shifts, speak))
    if parts.skills is not None:
        found.append(skills_sentence(parts.skills, speak))
    if parts.roster is not None:
        found.append(_roster_sentence(parts.roster, speak))
    return found


def _mix_sentence(mix: Tables, speak: Language) -> str:
    record, currency = mix.record, mix.currency
    cost, before = record.get("cost"), record.get("cost_before")
    if cost is None:
        return speak("No channel mix keeps every rule.")
    if before is None:
        return speak("Route contacts as below: it costs {cost}.", cost=speak.money(cost, currency))
    slots = {"cost": speak.money(cost, currency), "before": speak.money(before, currency),
             "saving": speak.money(abs(before - cost), currency), "level": speak.share(record.get("csat")),
             "level_before": speak.share(record.get("csat_before"))}  # fmt: skip
    if cost <= before:
        return speak("Route contacts as below: it costs {cost} in place of {before}, {saving} less, at {level} "
                     "satisfaction ({level_before} today).", **slots)  # fmt: skip
    return speak("Route contacts as below: it costs {cost} in place of {before}, {saving} more, at {level} "
                 "satisfaction ({level_before} today).", **slots)  # fmt: skip


def _invest_sentence(invest: Tables, speak: Language) -> str:
    portfolio = invest["portfolio"]
    names = [str(name) for name in portfolio.loc[portfolio["decision"] == "chosen", "initiative"]]
    if not names:
        return speak("Fund none of the initiatives.")
    return speak("Fund {count} initiatives ({names}): net present value {npv}.", count=len(names),
                 names=", ".join(names), npv=speak.money(invest.record["figures"]["npv"], invest.currency))  # fmt: skip


def _shift_sentence(content: ReportContent, speak: Language) -> str:
    figures, status = plan_figures(content), content.plan.result.status
    if status not in ("optimal", "feasible"):
        return speak(PROOF.get(status, status)).capitalize() + speak(".")
    slots = {
        "shifts": speak.number(figures["shifts"]), "people": speak.number(figures["full_time_equivalents"], 1),
        "cost": speak.money(figures["cost"], content.currency), "level": speak.share(figures["service_level"]),
        "promise": promise(content, speak),
    }  # fmt: skip
    text = speak("Work {shifts} shifts ({people} full-time equivalents) for {cost}: {level} of contacts in time "
                 "({promise}).", **slots)  # fmt: skip
    if content.today is not None:
        change = content.cost.cost - content.today.cost
        money = {"change": speak.money(abs(change), content.currency),
                 "today": speak.money(content.today.cost, content.currency)}  # fmt: skip
        text += " " + (
            speak("That is {change} less than today ({today}).", **money) if change <= 0
            else speak("That is {change} more than today ({today}).", **money)
        )  # fmt: skip
    if figures["bound"] is not None:
        text += " " + speak("No plan under the same rules can cost less than {bound}.",
                            bound=speak.money(figures["bound"], content.currency))  # fmt: skip
    return text


def promise(content: ReportContent, speak: Language) -> str:
    """Say the promised service in words; of all pools when they promise the same."""
    promised = {(pool.target, pool.within_s) for name, pool in content.service.items() if name in content.pools}
    if len(promised) != 1:
        return speak("targets differ by pool")
    target, within_s = promised.pop()
    return speak("target {share} within {seconds} s", share=speak.setting(target), seconds=f"{within_s:g}")


def tiles(parts: Parts, speak: Language) -> list[Tile]:
    """Return the figures of the first screen: money first, then service, satisfaction, return, proof."""
    # what was decided together is proved together: its parts have no gap of their own
    alone = parts.decision is None
    found: list[Tile] = [] if parts.decision is None else _decision_tiles(parts.decision, speak)
    if parts.mix is not None:
        found += _mix_tiles(parts.mix, speak, alone=alone)
    if parts.invest is not None:
        found += _invest_tiles(parts.invest, speak, alone=alone)
    if parts.shifts is not None:
        # beside a mix, whose cost is of other days
        name = speak("Cost") if parts.mix is None else speak("Cost of these shifts")
        found += _shift_tiles(parts.shifts, name, speak)
    if parts.skills is not None:
        found += _skills_tiles(parts.skills, speak)
    if parts.roster is not None:
        found += _roster_tiles(parts.roster, speak)
    if parts.check is not None:
        found += _check_tiles(parts.check, speak)
    return found


def _mix_tiles(mix: Tables, speak: Language, *, alone: bool) -> list[Tile]:
    record, currency = mix.record, mix.currency
    floor = record.get("settings", {}).get("csat_floor")
    levels = [speak("today {level}", level=speak.share(record.get("csat_before")))]
    if floor is not None:
        levels.append(speak("floor {share}", share=speak.setting(floor)))
    saving, periods = record.get("saving"), sorted(set(map(str, mix["flows"]["period"])))
    over = "" if not periods else speak.between(periods[0], periods[-1]) if len(periods) > 1 else periods[0]
    change = "" if saving is None else _less(saving, record.get("cost_before"), currency, speak)
    aside = "; ".join(filter(None, (over, change)))
    return [
        Tile(speak("Cost of the mix"), speak.money(record.get("cost"), currency), aside,
             value=record.get("cost"), form=_money(currency), sum_of="mix"),
        Tile(speak("Satisfaction"), speak.share(record.get("csat")), "; ".join(levels), value=record.get("csat")),
        *([_gap_tile(speak("Gap of the mix"), record["result"], speak)] if alone else []),
    ]  # fmt: skip


def _gap_tile(name: str, result: Mapping[str, Any], speak: Language) -> Tile:
    """How far from the best a part may be at most, and whether that is proved to the end."""
    gap, status = result.get("gap"), str(result.get("status"))
    return Tile(name, speak.gap(gap), speak(PROOF.get(status, "done")), value=gap, form=SMALL_SHARE)


def _decision_tiles(decision: Tables, speak: Language) -> list[Tile]:
    """The whole decision: what a year costs, and how far from the best it may be."""
    before, after = (decision_figure(decision, "service cost a year", side) for side in ("before", "after"))
    result, currency = decision.record.get("result", {}), decision.currency
    saving = None if before is None or after is None else before - after
    seconds = speak.number(result.get("seconds"))
    return [
        Tile(speak("Service cost a year"), speak.money(after, currency),
             "" if saving is None else _less(saving, before, currency, speak), value=after, form=_money(currency)),
        Tile(speak("Gap of the whole"), speak.gap(result.get("gap")), speak("{seconds} s", seconds=seconds),
             value=result.get("gap"), form=SMALL_SHARE),
    ]  # fmt: skip


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float, np.number)) else None


def _money(currency: str) -> str:
    """Return the number format of money."""
    return f"[${currency}] {WHOLE}"


def _less(saving: float, before: float | None, currency: str, speak: Language) -> str:
    part = speak.share(abs(saving) / before) if before else UNKNOWN
    slots = {"money": speak.money(abs(saving), currency), "share": part, "today": speak.money(before, currency)}
    if saving >= 0:
        return speak("today {today}: {money} less ({share})", **slots)
    return speak("today {today}: {money} more ({share})", **slots)


def _invest_tiles(invest: Tables, speak: Language, *, alone: bool) -> list[Tile]:
    figures, result = invest.record["figures"], invest.record["result"]
    payback = figures.get("payback_months")
    back = speak("pays back in {months} months", months=speak.number(payback, 0)) if payback else ""
    rate = speak("at {rate} a year", rate=speak.setting(invest.record["discount_rate"]))
    irr, outlay = figures.get("irr"), speak.money(figures["cost"], invest.currency)
    return [
        Tile(speak("Net present value"), speak.money(figures["npv"], invest.currency),
             f"{rate}; {back}" if back else rate, GOOD if figures["npv"] > 0 else "",
             value=figures["npv"], form=_money(invest.currency), sum_of="npv"),
        Tile(speak("Return (IRR)"), speak.share(irr), speak("outlay {money}", money=outlay), value=irr),
        *([_gap_tile(speak("Gap of the portfolio"), result, speak)] if alone else []),
    ]  # fmt: skip


def _shift_tiles(content: ReportContent, cost_name: str, speak: Language) -> list[Tile]:
    figures, currency = plan_figures(content), content.currency
    worst = speak.moment(figures["worst_interval"]) + (f", {figures['worst_pool']}" if len(content.pools) > 1 else "")
    each, resolved = (speak.money(figures[f"cost_per_{name}"], currency, 2) for name in ("contact", "resolved"))
    simulated = simulated_words(content, speak)
    counted = speak(COUNTED.get(content.counted_of, content.counted_of))
    cost, aside = content.cost.cost, speak("{each} a contact, {resolved} a resolved one", each=each, resolved=resolved)
    if content.today is not None:
        aside = f"{_less(content.today.cost - cost, content.today.cost, currency, speak)}; {aside}"
    proof = speak(PROOF.get(str(figures["status"]), str(figures["status"])))
    return [
        Tile(cost_name, speak.money(cost, currency), aside, value=cost, form=_money(currency), sum_of="cost"),
        Tile(speak("Planned service level"), speak.share(figures["service_level"]),
             speak("of {counted}; {promise}", counted=counted, promise=promise(content, speak)), _verdict(content),
             value=_number(figures["service_level"])),
        *(() if content.simulated is None or simulated is None else (
            Tile(speak("Simulated service level"), *simulated, value=content.simulated.total[0]),)),
        Tile(speak("Gap"), speak.gap(figures["gap"]),
             speak("{proof}, {seconds} s", proof=proof, seconds=speak.number(figures["seconds"], 1)),
             value=_number(figures["gap"]), form=SMALL_SHARE),
        Tile(speak("Contacts"), speak.number(figures["contacts"]), speak("offered, all kinds"),
             value=_number(figures["contacts"]), form=WHOLE),
        Tile(speak("Shifts"), speak.number(figures["shifts"]),
             speak("{people} full-time equivalents", people=speak.number(figures["full_time_equivalents"], 1)),
             value=_number(figures["shifts"]), form=WHOLE, sum_of="shifts"),
        Tile(speak("Paid hours"), speak.number(figures["paid_hours"]),
             speak("{hours} of them rostered", hours=speak.number(figures["rostered_hours"])),
             value=_number(figures["paid_hours"]), form=WHOLE, sum_of="paid"),
        Tile(speak("Most people at a time"), speak.number(figures["peak_heads"]), speak("in their shift, all pools"),
             value=_number(figures["peak_heads"]), form=WHOLE),
        Tile(speak("Worst interval"), speak.share(figures["worst_service_level"]), worst,
             value=_number(figures["worst_service_level"])),
        Tile(speak("Abandonment"), speak.share(figures["abandonment"]),
             speak("mean wait {seconds} s", seconds=speak.number(figures["mean_wait_s"], 1)),
             value=_number(figures["abandonment"])),
        Tile(speak("Occupancy"), speak.share(figures["occupancy"]), speak("of productive agents"),
             value=_number(figures["occupancy"])),
    ]  # fmt: skip


def _verdict(content: ReportContent) -> str:
    """Tone of the service tile: good when every pool reaches its target over the horizon, to rounding.

    Where targets were learnt from simulation it is the simulated service that has to reach them.
    """
    if content.record.about.get("calibration") is not None and content.simulated is not None:
        levels = content.simulated.pools.items()
        return GOOD if all(level >= content.service[pool].target - half for pool, (level, half) in levels) else BAD
    coverage = content.plan.coverage
    for pool in content.pools:
        level = service_figures(coverage[coverage["pool"] == pool])["service_level"]
        if isinstance(level, float) and level < content.service[pool].target - 1e-6:
            return BAD
    return GOOD if content.pools else ""


def simulated_words(content: ReportContent, speak: Language) -> tuple[str, str] | None:
    """Say the simulated service, and what stands behind it; None where the plan was not simulated."""
    simulated = content.simulated
    if simulated is None:
        return None
    level, half = simulated.total
    between = f" ± {speak.number(half * 100, 1)}" if math.isfinite(half) else ""
    runs = speak("{runs} replications, {contacts} contacts", runs=speak.number(simulated.replications),
                 contacts=speak.number(simulated.contacts))  # fmt: skip
    told = [runs, _days_met(content, speak)]
    if "" in simulated.promised:
        told.insert(0, speak("promised {level}", level=speak.share(simulated.promised[""])))
    return f"{speak.share(level)}{between}", "; ".join(told)


def _days_met(content: ReportContent, speak: Language) -> str:
    """Say how many days meet their target by simulation, to its confidence."""
    if content.simulated is None:
        return ""
    days = content.simulated.days
    target = days["pool"].map({name: pool.target for name, pool in content.service.items()})
    met = int((days["simulated"] >= target - days["half_width"].fillna(0.0)).sum())
    if len(content.pools) == 1:
        told = speak("{met} of {all} days meet the target on average", met=met, all=len(days))
    else:
        told = speak("{met} of {all} days of pools meet the target on average", met=met, all=len(days))
    chance = content.simulated.on_target
    if math.isnan(chance):
        return told
    return f"{told}; {speak('{share} chance on a single day', share=speak.share(chance, 0))}"


def _skills_tiles(skills: Tables, speak: Language) -> list[Tile]:
    result, schedule = skills.record["result"], skills["schedule"]
    (kept, promised), hours = promises_kept(skills), float((schedule["paid_min"] * schedule["count"]).sum()) / 60
    return [
        Tile(speak("Cost"), speak.money(result["cost"], skills.currency), "", value=result["cost"],
             form=_money(skills.currency), sum_of="skills"),
        Tile(speak("Promises kept"), speak.number(kept), speak("of {all}", all=speak.number(promised)),
             GOOD if kept == promised else BAD, value=kept, form=WHOLE),
        Tile(speak("Shifts"), speak.number(schedule["count"].sum()),
             speak("{hours} paid hours", hours=speak.number(hours)), value=float(schedule["count"].sum()), form=WHOLE),
        _gap_tile(speak("Gap"), result, speak),
    ]  # fmt: skip


def _roster_sentence(roster: Tables, speak: Language) -> str:
    record, rows = roster.record, roster["roster"]
    people, shifts = speak.number(rows["employee"].nunique()), speak.number(len(rows))
    text = speak("{people} people work {shifts} shifts by name.", people=people, shifts=shifts)
    if (pay := record.get("money", {}).get("pay")) is not None:
        text += " " + speak("Their pay is {money}.", money=speak.money(pay, roster.currency))
    if (lacking := record.get("uncovered_hours")) is not None:
        text += " " + (speak("Every shift has its people.") if lacking == 0 else
                       speak("{hours} hours lack people.", hours=speak.number(lacking)))  # fmt: skip
    if record.get("requests"):
        text += " " + speak("{count} of {all} requests are refused.", count=speak.number(record["refused_requests"]),
                            all=speak.number(record["requests"]))  # fmt: skip
    if broken := record.get("hard_rules_broken"):
        text += " " + speak("{count} hard rules are broken.", count=speak.number(broken))
    return text


def _roster_tiles(roster: Tables, speak: Language) -> list[Tile]:
    record, rows = roster.record, roster["roster"]
    result, money = record.get("result", {}), record.get("money", {})
    found = [
        Tile(speak("People"), speak.number(rows["employee"].nunique()),
             speak("{shifts} shifts by name", shifts=speak.number(len(rows))),
             value=rows["employee"].nunique(), form=WHOLE),
    ]  # fmt: skip
    if (pay := money.get("pay")) is not None:
        premium = speak("premiums {money}", money=speak.money(money.get("premium"), roster.currency))
        found.append(Tile(speak("Pay"), speak.money(pay, roster.currency), premium, value=pay,
                          form=_money(roster.currency)))  # fmt: skip
    if (cost := result.get("cost")) is not None:
        dearest = max(record.get("cost_by_rule", {}).items(), key=lambda one: one[1], default=None)
        aside = "" if dearest is None else f"{say_rule(dearest[0], speak)}: {speak.number(dearest[1])}"
        found.append(Tile(speak("Cost of the rules"), speak.number(cost), aside, value=cost, form=WHOLE))
    if (lacking := record.get("uncovered_hours")) is not None:
        found.append(Tile(speak("Uncovered hours"), speak.number(lacking), "", BAD if lacking else GOOD,
                          value=lacking, form=WHOLE))  # fmt: skip
    if record.get("requests"):
        refused, asked = record["refused_requests"], speak.number(record["requests"])
        found.append(Tile(speak("Requests refused"), speak.number(refused), speak("of {all}", all=asked),
                          value=refused, form=WHOLE))  # fmt: skip
    return [*found, _gap_tile(speak("Gap of the roster"), result, speak)]


def _check_tiles(check: Tables, speak: Language) -> list[Tile]:
    total = check.record["total"]
    level = f"{speak.share(total['service_level'])} ± {speak.number(100 * total['half_width'], 1)}"
    return [Tile(speak("Simulated again"), level,
                 speak("promised {level}; {runs} replications", level=speak.share(total.get("promised")),
                       runs=speak.number(check.record["replications"])), value=total["service_level"])]  # fmt: skip
