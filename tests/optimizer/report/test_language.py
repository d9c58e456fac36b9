"""Languages: every text of the code stands in every catalogue, with the same slots; figures and dates by locale."""

import ast
import datetime as dt
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import optimizer
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
from optimizer.report.language import LANGUAGES, UNKNOWN, language
from optimizer.report.phrases import phrase

ROOT = Path(optimizer.__file__).parent
FOLDERS = ("report", "web", "cli")
CALLS = ("speak", "mark")
SLOT = re.compile(r"{(\w+)}")
OTHERS = [code for code in LANGUAGES if code != "en"]


def texts_of(source):
    """Texts that are said or marked in a piece of code; a call with something else than a text gives None."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name not in CALLS:
            continue
        first = node.args[0]
        branches = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
        for part in branches:
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                yield part.value
            elif name == "mark" or isinstance(part, ast.JoinedStr):
                raise AssertionError(f"line {node.lineno}: {name} needs a plain text, which a catalogue can hold")


@pytest.fixture(scope="module")
def said():
    found = {}
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            for text in texts_of(path.read_text(encoding="utf-8")):
                found.setdefault(text, f"{path.relative_to(ROOT)}")
    return found


def catalogue(code):
    with (ROOT / "report" / "languages" / f"{code}.po").open("rb") as file:
        return {entry.id: entry for entry in read_po(file) if entry.id}


def test_the_texts_are_found(said):
    assert len(said) > 200
    assert "Cost" in said and "Service through the day" in said


@pytest.mark.parametrize("code", OTHERS)
def test_every_text_is_translated(said, code):
    entries = catalogue(code)
    lacking = {
        text: place for text, place in said.items()
        if text not in entries or not entries[text].string or entries[text].fuzzy
    }  # fmt: skip
    assert not lacking


@pytest.mark.parametrize("code", OTHERS)
def test_translations_have_the_slots_of_their_text(code):
    other = {
        text: entry.string for text, entry in catalogue(code).items()
        if entry.string and sorted(SLOT.findall(text)) != sorted(SLOT.findall(entry.string))
    }  # fmt: skip
    assert not other


@pytest.mark.parametrize("code", OTHERS)
def test_a_catalogue_has_each_text_once(code):
    source = (ROOT / "report" / "languages" / f"{code}.po").read_text(encoding="utf-8")
    ids = re.findall(r'^msgid "(.+)"$', source, re.MULTILINE)
    assert sorted({text for text in ids if ids.count(text) > 1}) == []


def test_a_text_without_translation_would_be_found():
    assert list(texts_of('speak("Nobody has translated this", a=1)')) == ["Nobody has translated this"]
    assert list(texts_of('speak("one" if x else "two")')) == ["one", "two"]
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


def test_names_of_rules_are_said_in_the_language():
    zh = language("zh")
    assert phrase("adoption cap of self_service of order_status", zh) == "order_status 使用 self_service 的上限"
    assert phrase("coaching: csat", zh) == "coaching：满意度"
    assert phrase("budget", zh) == "预算"
    assert phrase("a rule that nobody knows", zh) == "a rule that nobody knows"
    for kind in (CSAT, TIER_CSAT, TIER_LEAD, BOT_CAP, LEAST, MOST, BUDGET, PERIOD_BUDGET, STAFFING):
        assert not phrase(rule_words(Rule(kind, "x")), zh).isascii()
    for kind in (CHANGE, ADOPTION):
        assert not phrase(rule_words(Rule(kind, "x of y")), zh).isascii()
