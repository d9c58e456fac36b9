"""Names that stand in tables as whole English phrases, such as those of rules: recognised, and said in a language."""

from __future__ import annotations

import functools
import re

from optimizer.report.language import Language, mark

PHRASES = (
    mark("floor of the overall satisfaction"),
    mark("satisfaction floor of tier {subject}"),
    mark("lead of tier {subject} over the overall satisfaction"),
    mark("bot cap of tier {subject}"),
    mark("least contacts of {subject}"),
    mark("most contacts of {subject}"),
    mark("change limit of {channel} of {subject}"),
    mark("limit of the change from today's mix"),
    mark("budget of a period"),
    mark("budget"),
    mark("largest tabulated workload of pool {subject}"),
    mark("adoption cap of {channel} of {subject}"),
    mark("outlay of all"),
    mark("discount rate"),
    mark("{subject}: revenue"),
    mark("{subject}: cost"),
    mark("{subject}: csat"),
    mark("{subject}: handle_time"),
    mark("{subject}: contacts"),
    mark("{subject}: containment"),
    mark("{subject}: adoption"),
    mark("{subject}: fcr"),
    mark("{subject}: attrition"),
)
"""Templates in the order in which they are tried (`optimizer.mix.rules.rule_words`, figures of tornado.csv)."""


def phrase(text: str, speak: Language) -> str:
    """Say a phrase in a language; one that is not known stays as it is."""
    for template, pattern in _patterns():
        found = pattern.fullmatch(text)
        if found is not None:
            return speak(template, **found.groupdict())
    return text


@functools.cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    parts = ((template, re.split(r"{(\w+)}", template)) for template in PHRASES)
    return tuple(
        (
            template,
            re.compile("".join(f"(?P<{part}>.+?)" if k % 2 else re.escape(part) for k, part in enumerate(pieces))),
        )
        for template, pieces in parts
    )
