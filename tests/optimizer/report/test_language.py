"""Languages: every text of the code stands in every catalogue, with the same slots; figures and dates by locale."""

import ast
import datetime as dt
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import models
import optimizer
from models.remark import remark
from optimizer.mix.rules import (
    ADOPTION,
    BOT_CAP,
    BUDGET,
    CHANGE,
    CSAT,
    LEAST,
    MOST,
    PERIOD_BUDGET,
    STAFFING,
    TIER_CSAT,
    TIER_LEAD,
    Rule,
    rule_words,
)
from optimizer.report.language import FAULT, LANGUAGES, REMARK, UNKNOWN, language
from optimizer.report.remarks import FIGURES, say_remark

ROOT = Path(optimizer.__file__).parent
FOLDERS = ("report", "web", "cli")
CALLS, REMARKS = ("speak", "mark"), ("remark",)
PACKAGES = (ROOT, Path(models.__file__).parent)
CALCULATORS = (
    "activity_cost", "actuals", "available", "budget", "complaints", "cost_standard", "cost_tree", "delivered_value",
    "drivers", "high_low", "levers", "life_cycle", "measures", "mentions", "plan_costs", "purchases", "side_by_side",
    "tiers",
)  # fmt: skip
"""Calculators, comparisons and `servopt check`: their remarks are printed in English alone."""
LISTS = ("notes", "remarks", "conflicts", "said", "named", "told")
"""What functions call a list of remarks while they gather it."""
SLOT = re.compile(r"{(\w+)}")
OTHERS = [code for code in LANGUAGES if code != "en"]


def texts_of(source, calls=CALLS):
    """Texts that are said or marked in a piece of code; a mark needs a text, and no call may have an f-string."""
    tree = ast.parse(source)
    named = {
        node.targets[0].id: node.value for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }  # fmt: skip
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name not in calls:
            continue
        first = node.args[0]
        branches = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
        for part in branches:
            part = named.get(part.id, part) if isinstance(part, ast.Name) else part
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                yield part.value
            elif name in ("mark", "remark") or isinstance(part, ast.JoinedStr):
                raise AssertionError(f"line {node.lineno}: {name} needs a plain text, which a catalogue can hold")


@pytest.fixture(scope="module")
def said():
    found = {}
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            for text in texts_of(path.read_text(encoding="utf-8")):
                found.setdefault(text, f"{path.relative_to(ROOT)}")
    return found


@pytest.fixture(scope="module")
def remarks():
    found = {}
    for path in sorted(path for package in PACKAGES for path in package.rglob("*.py")):
        for text in texts_of(path.read_text(encoding="utf-8"), REMARKS):
            found.setdefault(text, path.name)
    return found


def catalogue(code, context=None):
    with (ROOT / "report" / "languages" / f"{code}.po").open("rb") as file:
        return {entry.id: entry for entry in read_po(file) if entry.id and entry.context == context}


def test_the_texts_are_found(said):
    assert len(said) > 200
    assert "Cost" in said and "Service through the day" in said


def lacking(texts, entries):
    return {
        text: place for text, place in texts.items()
        if text not in entries or not entries[text].string or entries[text].fuzzy
    }  # fmt: skip


@pytest.mark.parametrize("code", OTHERS)
def test_every_text_is_translated(said, code):
    assert not lacking(said, catalogue(code))


@pytest.mark.parametrize("code", OTHERS)
def test_every_remark_of_a_model_is_translated_and_none_is_left_over(remarks, code):
    entries = catalogue(code, REMARK)
    assert not lacking(remarks, entries)
    assert set(entries) == set(remarks)


@pytest.mark.parametrize("code", OTHERS)
@pytest.mark.parametrize("context", [None, REMARK, FAULT])
def test_translations_have_the_slots_of_their_text(code, context):
    other = {
        text: entry.string for text, entry in catalogue(code, context).items()
        if entry.string and sorted(SLOT.findall(text)) != sorted(SLOT.findall(entry.string))
    }  # fmt: skip
    assert not other


@pytest.mark.parametrize("code", OTHERS)
def test_a_catalogue_has_each_text_once(code):
    source = (ROOT / "report" / "languages" / f"{code}.po").read_text(encoding="utf-8")
    ids = re.findall(r'^((?:msgctxt "\w+"\n)?msgid ".+")$', source, re.MULTILINE)
    assert sorted({text for text in ids if ids.count(text) > 1}) == []


def test_a_text_without_translation_would_be_found():
    assert list(texts_of('speak("Nobody has translated this", a=1)')) == ["Nobody has translated this"]
    assert list(texts_of('speak("one" if x else "two")')) == ["one", "two"]
    assert list(texts_of('SHORT = "one"\nremark(SHORT, x=1)', REMARKS)) == ["one"]
    with pytest.raises(AssertionError, match="plain text"):
        list(texts_of('speak(f"{count} shifts")'))


def test_figures_are_written_by_locale():
    en, zh = language("en"), language("zh")
    assert en.number(1234567.891, 1) == zh.number(1234567.891, 1) == "1,234,567.9"
    assert (en.share(0.8049), zh.share(0.8049)) == ("80.5 %", "80.5%")
    assert (en.money(1234.5, "EUR", 2), zh.money(1234.5, "EUR", 2)) == ("EUR 1,234.50", "€1,234.50")
    assert zh.money(9.9, "CNY", 2) == "¥9.90"
    assert (en.money(-3, "EUR"), zh.money(-3, "EUR")) == ("EUR -3", "-€3")
    day = dt.date(2014, 7, 1)
    assert (en.day(day), zh.day(day)) == ("Tue 1 Jul", "7月1日 周二")
    assert (en.date(day), zh.date(day)) == ("2014-07-01", "2014年7月1日")
    assert (en.month(day), zh.month(day)) == ("Jul 2014", "2014年7月")
    assert zh.moment("2014-07-28T17:30:00+02:00") == "7月28日 周一 17:30"
    assert (en.between("a", "b"), zh.between("a", "b")) == ("a to b", "a至b")


@pytest.mark.parametrize("code", LANGUAGES)
def test_what_is_not_known_is_said_so_and_zero_has_no_sign(code):
    speak = language(code)
    for unknown in (None, float("nan")):
        assert {speak.number(unknown), speak.share(unknown), speak.money(unknown, "EUR"), speak.gap(unknown)} == {
            UNKNOWN
        }
    assert speak.number(-0.2) == "0"


def test_a_language_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match="there are en, zh"):
        language("xx")


def test_two_languages_stand_side_by_side():
    assert language("zh")("Cost") != "Cost" == language("en")("Cost")


def gathered(source):
    """What is put in lists of remarks, as nodes of the code."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "append":
            if isinstance(node.func.value, ast.Name) and node.func.value.id in LISTS:
                yield node.args[0]
        elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in (*LISTS, "NOTES"):
            yield from node.value.elts if isinstance(node.value, ast.List | ast.Tuple) else ()
        elif isinstance(node, ast.keyword) and node.arg == "notes" and isinstance(node.value, ast.Tuple):
            yield from node.value.elts


def plain_texts(source):
    texts = [node for node in gathered(source) if isinstance(node, ast.JoinedStr | ast.Constant)]
    return [ast.unparse(node) for node in texts if not isinstance(getattr(node, "value", ""), int | float)]


def test_no_model_remarks_in_a_text_that_no_catalogue_holds():
    assert plain_texts("notes.append(f'{x} rows are left out')") == ["f'{x} rows are left out'"]
    assert plain_texts("NOTES = ('every effect counts as likely',)") != []
    assert plain_texts("notes.append(remark('{count} rows are left out', count=x))") == []
    paths = [path for package in (ROOT / "explain", ROOT / "invest", ROOT / "mix", ROOT / "loop", PACKAGES[1])
             for path in package.rglob("*.py") if path.stem not in CALCULATORS]  # fmt: skip
    found = {path.name: texts for path in paths if (texts := plain_texts(path.read_text(encoding="utf-8")))}
    assert not found


SAMPLES = {
    "count": "1,234", "all": "12", "year": "2026", "date": "2026-03-02", "time": "08:30", "limit": "22:00",
    "share": "80.5%", "half": "0.6%", "money": "12,345 EUR", "amount": "85 %",
    "days": "mon 2024-06-03 to fri 2024-06-07",
}  # fmt: skip


@pytest.mark.parametrize("code", OTHERS)
def test_every_remark_is_recognised_in_a_file_and_said_with_its_values(remarks, code):
    speak = language(code)
    for text in (*remarks, *FIGURES):
        values = {slot: SAMPLES.get(slot, f"x-{slot}.csv") for slot in SLOT.findall(text)}
        said = say_remark(remark(text, **values), speak)
        shown = {slot: value for slot, value in values.items() if slot not in ("days", "date")}
        words = speak.remarks.get(text, speak(text))
        assert all(value in said for value in shown.values()), (text, said)
        expected = re.escape(words)
        for slot in values:
            expected = expected.replace(re.escape(f"{{{slot}}}"), ".+")
        assert re.fullmatch(expected, said), (text, said)
    assert say_remark("what nobody has marked", speak) == "what nobody has marked"


def test_remarks_may_hold_remarks_and_dates():
    zh = language("zh")
    conflict = ("together these cannot be kept: pool desk must reach 80% of contacts within 20 s on fri 2024-06-07; "
                "limits.seats (4) on fri 2024-06-07")  # fmt: skip
    assert say_remark(conflict, zh) == (
        "以下规则不能同时满足：坐席组 desk 必须达到20 秒内 80% 的联络，6月7日 周五；limits.seats（4），6月7日 周五"
    )
    way = "raise limits.seats (4) by 5 on mon 2024-06-03 to fri 2024-06-07 (the schedule then costs about 8,100 EUR or less)"  # noqa: E501
    assert say_remark(way, zh) == (
        "把 limits.seats (4) 提高 5，6月3日 周一至6月7日 周五（排班成本随之约为 8,100 EUR 或更低）"
    )
    assert say_remark(way, language("en")) == way
    method = "weekday means (history shorter than two weeks); silent for 20 open days, none forecast for a, b"
    assert say_remark(method, zh).startswith("按")
    assert say_remark(method, zh).endswith("；a, b：已有 20 个营业日没有联络，预测为零")


def test_names_of_rules_are_said_in_the_language():
    zh = language("zh")
    assert say_remark("adoption cap of self_service of order_status", zh) == "order_status 使用 self_service 的上限"
    assert say_remark("coaching: csat", zh) == "coaching：满意度"
    assert say_remark("budget", zh) == "预算"
    for kind in (CSAT, TIER_CSAT, TIER_LEAD, BOT_CAP, LEAST, MOST, BUDGET, PERIOD_BUDGET, STAFFING):
        assert not say_remark(rule_words(Rule(kind, "x")), zh).isascii()
    for kind in (CHANGE, ADOPTION):
        assert not say_remark(rule_words(Rule(kind, "x of y")), zh).isascii()
