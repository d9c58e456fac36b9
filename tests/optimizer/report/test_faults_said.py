"""What is wrong in an input is said in the language of the page: every text that the readers have is translated.

The texts are read off the code. A place stands for each value; where a value is chosen between texts, each of them
makes a text, and words that are made elsewhere are texts of their own.
"""

import ast
import datetime as dt
import itertools
import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from babel.messages.pofile import read_po

import optimizer
from models.roster.case import OFF, RosterCase
from models.roster.check import check
from models.roster.records import OF_TYPES, WHOLE_HORIZON, Cover, Employee, Measure, Rule, ShiftType
from optimizer.report import remarks
from optimizer.report.language import FAULT, LANGUAGES, language
from optimizer.report.remarks import say_fault, say_rule

ROOT = Path(optimizer.__file__).parents[1]
READERS = (
    "models.scenario", "models.mix.reading", "models.investment.reading", "models.roster.reading",
    "models.investment.with_mix", "optimizer.batch.overrides", "optimizer.web.board", "optimizer.web.workspace",
    "optimizer.web.session",
)  # fmt: skip
"""What the page reads and edits with; what they import of the models is read too."""
RECORDS = (
    "models.cost", "models.investment.people_cost", "models.mix.assemble", "models.mix.case", "models.mix.cost",
    "models.plan", "models.planfiles", "models.roster.case", "models.roster.packs", "models.roster.records",
)  # fmt: skip
"""Records that check themselves: a fault there is one of the program, and not of the input."""
RAISED = ("ValueError", "OverrideError", "RefusedError")
PLACE, NUMBER = "\0", re.compile(r"-?\d(?:[\d,.]*\d)?")
WORDS = re.compile(r"\w[^\w]+\w")
OTHERS = [code for code in LANGUAGES if code != "en"]


def _path(module):
    path = ROOT.joinpath(*module.split("."))
    return next((one for one in (path.with_suffix(".py"), path / "__init__.py") if one.is_file()), None)


def _modules():
    """The readers and all models that they import, by name."""
    waiting, found = list(READERS), {}
    while waiting:
        name = waiting.pop()
        if name not in found and (path := _path(name)):
            found[name] = ast.parse(path.read_text(encoding="utf-8"))
            for node in ast.walk(found[name]):
                if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("models"):
                    waiting += [node.module, *(f"{node.module}.{one.name}" for one in node.names)]
    return found


class Texts:
    """What expressions of a module may say; `pieces` gathers words that stand in places of a text."""

    def __init__(self, tree):
        self.pieces = []
        self.parent = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        self.functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        self.constants = {
            target.id: node.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }

    def of(self, node, seen=frozenset()):
        if isinstance(node, ast.Constant):
            return [node.value if isinstance(node.value, str) else PLACE]
        if isinstance(node, ast.JoinedStr):
            return self.joined(node, seen)
        if isinstance(node, ast.IfExp):
            return self.of(node.body, seen) + self.of(node.orelse, seen)
        if isinstance(node, ast.BoolOp):
            return [text for value in node.values for text in self.of(value, seen)]
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return ["".join(both) for both in itertools.product(self.of(node.left, seen), self.of(node.right, seen))]
        if isinstance(node, ast.Name) and node.id not in seen:
            return self.assigned(node, seen | {node.id}) or [PLACE]
        name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
        if name in self.functions and name not in seen:
            ends = [end for end in ast.walk(self.functions[name]) if isinstance(end, ast.Return) and end.value]
            return [text for end in ends for text in self.of(end.value, seen | {name})] or [PLACE]
        return [PLACE]

    def joined(self, node, seen):
        parts = []
        for value in node.values:
            if isinstance(value, ast.Constant):
                parts.append([value.value])
            elif isinstance(value.value, ast.IfExp):
                parts.append(self.of(value.value, seen))
            else:
                parts.append([PLACE])
                self.pieces += self.of(value.value, seen)
        return ["".join(all_) for all_ in itertools.product(*parts)]

    def assigned(self, name, seen):
        scope = name
        while scope in self.parent and not isinstance(scope, ast.FunctionDef):
            scope = self.parent[scope]
        found = []
        for node in ast.walk(scope) if isinstance(scope, ast.FunctionDef) else ():
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            if any(getattr(target, "id", "") == name.id for target in targets) and getattr(node, "value", None):
                texts = self.of(node.value, seen)
                is_more = isinstance(node, ast.AugAssign)
                found += [before + more for before in list(found) for more in texts] if is_more else texts
        return found or (self.of(self.constants[name.id], seen) if name.id in self.constants else [])


def _said(tree, is_hint):
    """What says something: calls, and the expression that is said."""
    for node in ast.walk(tree):
        if is_hint and isinstance(node, ast.Return) and node.value:
            yield "", node.value
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in ("add", "Fault") and len(node.args) >= 5:
            yield name, node.args[4]
        elif name in (*RAISED, "fault", "check_names") and node.args:
            named = getattr(node.args[-1], "value", "")  # of a place: a file is none to translate
            if name != "check_names" or WORDS.search(named.removesuffix(".csv")):
                yield name, node.args[-1]
        elif name in ("between", "each") and len(node.args) >= 2:
            yield name, node.args[min(len(node.args), 3) - 1]
        for keyword in node.keywords:
            if keyword.arg == "error":
                yield name, keyword.value


def _numbered(text):
    """A text with its places numbered, None where it holds no words."""
    count = itertools.count(1)
    text = re.sub(f"{PLACE}+", lambda _: f"{{{next(count)}}}", text)
    return text if re.search("[a-z]{2}", re.sub(r"{\d+}", "", text)) else None


@cache
def texts():
    """Text to the module that has it."""
    found = dict.fromkeys((*remarks.OF_CHECKS, *remarks.OF_ROSTERS, *remarks.RULES_OF_ROSTERS), "remarks")
    for module, tree in _modules().items():
        known = Texts(tree)
        for name, node in _said(tree, module == "models.hints") if module not in RECORDS else ():
            known.pieces = []
            whole = known.of(node)
            for text in [*whole, *(piece for piece in known.pieces if WORDS.search(piece.replace(PLACE, "x")))]:
                text = _numbered(NUMBER.sub(PLACE, text) if name == "between" else text)
                if text is not None:
                    found.setdefault(text, module)
    return found


def catalogue(code):
    with (ROOT / "optimizer" / "report" / "languages" / f"{code}.po").open("rb") as file:
        return {entry.id: entry.string for entry in read_po(file) if entry.id and entry.context == FAULT}


def test_texts_are_read_off_the_code():
    tree = ast.parse(
        "def read(log, x, known):\n"
        "    hint = f'did you mean {x}?' if x else 'remove it all'\n"
        "    message = f'is no pool; {hint}'\n"
        "    log.add('f', 1, 'c', x, message)\n"
        "    raise ValueError(f'{x} of {len(known)}' + (' is late' if x else ''))\n"
    )
    known = Texts(tree)
    said = [text for name, node in _said(tree, is_hint=False) for text in known.of(node)]
    assert [_numbered(text) for text in said] == ["is no pool; {1}", "{1} of {2} is late", "{1} of {2}"]
    assert {f"did you mean {PLACE}?", "remove it all"} <= set(known.pieces)
    assert len(texts()) > 300


@pytest.mark.parametrize("code", OTHERS)
def test_every_fault_of_an_input_is_translated_and_none_is_left_over(code):
    entries = catalogue(code)
    lacking = {text: module for text, module in texts().items() if not entries.get(text)}
    assert not lacking
    assert set(entries) == set(texts())


def filled(text, values):
    return re.sub(r"{(\w+)}", lambda place: values[place[1]], text)


@pytest.mark.parametrize("code", OTHERS)
def test_every_fault_is_recognised_with_its_values(code):
    speak = language(code)
    for text in texts():
        if not re.search(r"\w", re.sub(r"{\w+}", "", text)):
            continue  # it is recognised where one of its values is
        values = {place: f"x{place}.csv" if place.isdecimal() else "12" for place in re.findall(r"{(\w+)}", text)}
        assert say_fault(filled(text, values), speak) == filled(speak.faults[text], values), text


def test_what_a_roster_misses_is_said_whatever_a_rule_counts():
    zh, said = language("zh"), {}
    night = ShiftType("Night", 480, ("Day",), 1320, needs=frozenset({"sales"}))
    types = (ShiftType("Day", 480, start_min=480), night)
    for measure in Measure:
        shifts = ("Day",) if measure in OF_TYPES else ()
        periods = () if measure in WHOLE_HORIZON else ((0, 7),)
        after = {"after": 1} if measure is Measure.REST_AFTER else {}
        for bound in ({"least": 9_000}, {"most": 0}):
            rule = Rule("own rule", measure, shifts=shifts, periods=periods, price=1.0, **bound, **after)
            case = RosterCase("one", 7, types, (Employee("Ann", (rule,)),), cover=(Cover(0, "Day", 2, 9.0, 1.0),),
                              weekends=((5, 6),), first_date=dt.date(2026, 3, 2))  # fmt: skip
            for one in check(case, np.array([[0, 1, 0, OFF, OFF, 0, OFF]])).breaches:
                said[measure, one.rule] = f"{say_rule(one.rule, zh)}: {say_fault(one.words, zh)}"
    counted = {measure for measure, name in said if name == "own rule"}
    assert len(counted) > 12
    english = [words for words in said.values() if not re.search("[\u4e00-\u9fff]", words.removeprefix("own rule: "))]
    assert not english
    assert not [words for words in said.values() if re.search(r"\b(of|at|between|is|with)\b", words)], said


def test_a_hint_is_said_with_its_fault():
    zh = language("zh")
    assert say_fault("must lie between 0 and 1; write 0.8 for 80 %", zh) == "须在 0 与 1 之间；80% 请写作 0.8"
    assert say_fault("is no setting here; did you mean csat_floor?", zh) == "不是这里的设置；是否指 csat_floor？"
    assert say_fault("is no shift of shifts.csv; there are Early, Late of night", zh) == (
        "不是 shifts.csv 中的班次；现有 Early, Late of night"
    )
    assert say_fault("3 weekends with work, at most 2: 2026-03-07, 2026-03-14", zh) == (
        "3 个上班的周末，至多 2：3月7日 周六, 3月14日 周六"
    )
    assert say_fault("what nobody wrote", zh) == "what nobody wrote"
