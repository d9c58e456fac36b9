"""The report: one self-contained HTML file that opens offline, prints, and can be read without a mouse."""

from __future__ import annotations

import html
import json
import re
from importlib import resources
from typing import Any

import models
from optimizer.report.content import ReportContent
from optimizer.report.grid import LEAVE_SIGN, RosterGrid
from optimizer.report.headline import sentences, tiles
from optimizer.report.language import Language, language
from optimizer.report.parts import Parts
from optimizer.report.pictures.palette import DARK, LIGHT, TEMPLATE, css
from optimizer.report.pictures.picture import Picture, Sheet
from optimizer.report.remarks import say_remark
from optimizer.report.sections import Item, Section, sections

_SLOT = re.compile(r"\{\{(\w+)\}\}")
_HEAD = 2000
"""Characters in which a wrapper begins and ends."""
_WRAPPER_HEAD = re.compile(
    r"\(\s*function\(root, factory\) \{[^{}]*\{[^{}]*\} else \{[^{}]*\}\s*\} "
    r"\(typeof self [^,]*, \(\) => \{\n"
)
_WRAPPER_TAIL = re.compile(r"return Plotly;\s*\}\)\);\s*$")
_SHORT = 20
"""Rows of a sheet that is shown at once; a longer one opens on demand."""


def report_html(parts: Parts, speak: Language | None = None) -> str:
    """Write the report.

    Parameters
    ----------
    parts : Parts
        What was made. All its text is escaped.
    speak : Language, optional
        Of the report; English by default.

    Returns
    -------
    str
        HTML with style, pictures and their library (plotly.js, once) inside; it loads nothing.
    """
    speak = speak or language()
    shown = sections(parts, speak)
    pictures = [item for one in shown for item in one.items if isinstance(item, Picture)]
    content = parts.shifts
    slots = {
        "lang": speak.tag,
        "title": escape(parts.title),
        "kind": escape(speak("Service plan")),
        "skip": escape(speak("Skip to the plan")),
        "summary": escape(speak("Summary")),
        "contents": escape(speak("Contents")),
        "noscript": escape(speak("The pictures need JavaScript; the tables hold the same figures.")),
        "style": css() + _part("page.css"),
        "horizon": escape("" if content is None else _horizon(content, speak)),
        "description": f"<p>{escape(content.description)}</p>" if content is not None and content.description else "",
        "decision": "".join(f"<p>{escape(text)}</p>" for text in sentences(parts, speak)),
        "alert": "" if content is None else _alert(content, speak),
        "tiles": _tiles(parts, speak),
        "links": "".join(f'<li><a href="#{one.name}">{escape(one.title)}</a></li>' for one in shown),
        "sections": "".join(_section(one, speak) for one in shown),
        "notes": _notes(parts, speak),
        "footer": escape(_footer(parts, speak)),
        "data": _json(_data(pictures, speak)),
        "first": "".join(map(_figures, pictures[:1])),
        "others": "".join(map(_figures, pictures[1:])),
        "plotly": plotly_script(),
        "script": _part("page.js"),
    }
    # In one pass, so that a text which itself looks like a slot stays text.
    return _SLOT.sub(lambda found: slots[found[1]], _part("page.html"))


_APART = re.compile(r"(?<=\d) (?=%|s\b)|(?<=\b[A-Z]{3}) (?=-?\d)")
"""Blanks between a figure and its unit."""


def escape(value: object) -> str:
    """Text that stands in HTML as it is, between tags and in attributes; a figure keeps its unit on its line."""
    return html.escape(_APART.sub("\u00a0", str(value)), quote=True)


def sheet_html(sheet: Sheet) -> str:
    """Write a sheet as a table; its first `words` columns are text, the others figures."""

    def tone(column: int) -> str:
        return "" if column < sheet.words else ' class="n"'

    head = "".join(f'<th scope="col"{tone(k)}>{escape(name)}</th>' for k, name in enumerate(sheet.header))
    body = []
    for position, row in enumerate(sheet.rows):
        first, *others = [escape(cell) for cell in row]
        cells = "".join(f"<td{tone(k + 1)}>{cell}</td>" for k, cell in enumerate(others))
        last = sheet.total and len(sheet.rows) > 1 and position == len(sheet.rows) - 1
        mark = ' class="sum"' if last else ""
        body.append(f'<tr{mark}><th scope="row">{first}</th>{cells}</tr>')
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(sheet.caption)}">'
        f"<table><caption>{escape(sheet.caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )


def _section(section: Section, speak: Language) -> str:
    items = "".join(_item(item, speak) for item in section.items)
    heading = f'<h2 id="{section.name}">{escape(section.title)}</h2>'
    return f'<section aria-labelledby="{section.name}">{heading}{items}</section>\n'


def _item(item: Item, speak: Language) -> str:
    if isinstance(item, Picture):
        return _picture(item, speak)
    if isinstance(item, RosterGrid):
        return _grid(item)
    if isinstance(item, str):
        return f"<p>{escape(item)}</p>"
    if len(item.rows) <= _SHORT:
        return sheet_html(item)
    return f"<details><summary>{escape(item.caption)}</summary>{sheet_html(item)}</details>"


def _picture(picture: Picture, speak: Language) -> str:
    name = picture.name
    controls = []
    for k, choice in enumerate(picture.choices):
        options = "".join(
            f'<option value="{i}"{" selected" if i == picture.start[k] else ""}>{escape(text)}</option>'
            for i, text in enumerate(choice.options)
        )
        # One option is no choice; the list stays for the script.
        hidden = " hidden" if len(choice.options) < 2 else ""
        attributes = f'data-of="{name}" data-choice="{k}"'
        select = f"<label{hidden}>{escape(choice.label)} <select {attributes}>{options}</select></label>"
        if choice.steps and len(choice.options) > 1:
            before, after = (
                f'<button type="button" {attributes} data-step="{step}" aria-label="{escape(words)}">{sign}</button>'
                for step, words, sign in ((-1, speak("Day before"), "&#9664;"), (1, speak("Day after"), "&#9654;"))
            )
            select = before + select + after
        controls.append(select)
    height = picture.first.get("layout", {}).get("height", picture.height)
    numbers = "".join(map(sheet_html, picture.sheets)) or f'<div data-numbers="{name}"></div>'
    return (
        f'<div class="picture"><h3 id="t-{name}">{escape(picture.title)}</h3>'
        + (f'<p class="controls">{"".join(controls)}</p>' if controls else "")
        + f'<figure><div id="{name}" class="chart" role="img" aria-label="{escape(picture.alt)}"'
        f' style="height:{height}px"></div><figcaption>{escape(picture.caption)}</figcaption></figure>'
        f"<details><summary>{escape(speak('Numbers'))}</summary>{numbers}</details></div>"
    )


def _grid(grid: RosterGrid) -> str:
    """Write a roster's grid; each shift has a code and a colour of its own, so that neither has to be seen."""
    style = "".join(f".k{k}{{--k:{tone}}}" for k, (*_, tone) in enumerate(grid.shifts))
    legend = "".join(
        f'<li><b class="k k{k}">{escape(code)}</b> {escape(name)} <span>{escape(times)}</span></li>'
        for k, (code, name, times, _) in enumerate(grid.shifts)
    )
    head = "".join(
        f'<th scope="col" title="{escape(date)}"{" class=w" if weekend else ""}>{escape(day)}</th>'
        for day, date, weekend in grid.days
    )
    marks = [f'<td class="k k{k}">{escape(code)}</td>' for k, (code, *_) in enumerate(grid.shifts)]
    marks += [f'<td class="leave">{LEAVE_SIGN}</td>', "<td></td>"]  # at -2 and -1: `LEAVE` and `OFF`
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th>{"".join(marks[cell] for cell in cells)}</tr>'
        for name, cells in grid.people
    )
    return (
        f'<style>{style}</style><ul class="legend">{legend}</ul>'
        f'<div class="scroll grid" tabindex="0" role="region" aria-label="{escape(grid.title)}"><table>'
        f"<caption>{escape(grid.caption)}</caption><thead><tr><td></td>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def _horizon(content: ReportContent, speak: Language) -> str:
    grid = content.grid
    days = speak.between(speak.date(grid.dates[0]), speak.date(grid.dates[-1]))
    return speak("{dates}, {days} days in intervals of {minutes} minutes", dates=days, days=grid.days,
                 minutes=grid.interval_min)  # fmt: skip


def _tiles(parts: Parts, speak: Language) -> str:
    return "".join(
        f'<div class="tile {tile.tone}"><dt>{escape(tile.name)}</dt><dd class="figure">{escape(tile.figure)}</dd>'
        f'<dd class="aside">{escape(tile.aside)}</dd></div>'
        for tile in tiles(parts, speak)
    )


def _alert(content: ReportContent, speak: Language) -> str:
    plan = content.plan
    lists = [
        f"<h2>{escape(title)}</h2><ul>{''.join(f'<li>{escape(say_remark(line, speak))}</li>' for line in lines)}</ul>"
        for title, lines in (
            (speak("These rules exclude each other"), plan.conflicts),
            (speak("The cheapest way out"), plan.relaxation),
        )
        if lines
    ]
    if len(plan.uncovered):
        text = speak("{count} intervals lack people; they are listed below.", count=len(plan.uncovered))
        lists.append(f"<p>{escape(text)}</p>")
    return f'<div class="alert" role="alert">{"".join(lists)}</div>' if lists else ""


def _notes(parts: Parts, speak: Language) -> str:
    notes = [] if parts.shifts is None else list(parts.shifts.record.notes)
    for part in (parts.decision, parts.mix, parts.invest, parts.roster):
        if part is not None:
            notes += [str(note) for note in part.record.get("notes") or []]
    if not notes:
        return ""
    items = "".join(f"<li>{escape(say_remark(note, speak))}</li>" for note in dict.fromkeys(notes))
    title = escape(speak("Notes"))
    return f'<section aria-labelledby="h-notes"><h2 id="h-notes">{title}</h2><ul>{items}</ul></section>'


def _footer(parts: Parts, speak: Language) -> str:
    words = [f"servopt {models.__version__}."]
    if parts.shifts is not None:
        words.append(speak("All times are wall-clock times in {zone}.", zone=parts.shifts.grid.time_zone))
    words.append(speak("Money is rounded only where it is shown."))
    return " ".join(words)


def _data(pictures: list[Picture], speak: Language) -> dict[str, Any]:
    """Gather what the script has to know before it draws: the common look, both sets of colours, words, choices."""
    return {
        "template": TEMPLATE,
        "light": LIGHT,
        "dark": DARK,
        "lang": speak.tag,
        "words": {"closed": speak("closed"), "at": speak("at")},
        "pictures": {
            picture.name: {
                "start": picture.start,
                "height": picture.height,
                "choices": [[choice.label, len(choice.options)] for choice in picture.choices],
                "title": picture.title,
            }
            for picture in pictures
        },
    }


def _figures(picture: Picture) -> str:
    """Write a picture's figures by choice; they are read when it is drawn."""
    figures = _json({",".join(map(str, key)): figure for key, figure in picture.figures.items()})
    return f'<script type="application/json" id="f-{picture.name}">{figures}</script>\n'


def plotly_script() -> str:
    """Return plotly.js as it is installed, without the function that wraps it for module loaders.

    A browser reads a function that is handed on twice, to skip it and then to run it: of five megabytes, that was a
    third of the time to the first picture. Without the wrapper, or where it has another form, the text is as it was.
    """
    from plotly.offline import get_plotlyjs

    text: str = get_plotlyjs()
    head, tail = _WRAPPER_HEAD.search(text, 0, _HEAD), _WRAPPER_TAIL.search(text, max(len(text) - _HEAD, 0))
    if head is None or tail is None:
        return text
    return text[: head.start()] + text[head.end() : tail.start()]


def _json(value: Any) -> str:
    """JSON that may stand inside a script element: nothing in it can close the element or open another."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _part(name: str) -> str:
    return (resources.files("optimizer.report") / name).read_text(encoding="utf-8")
