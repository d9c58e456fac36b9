"""What a user of the page gets wrong, in the language of the page."""

import re

from optimizer.report.language import language
from optimizer.report.remarks import say_fault
from optimizer.web.checking import faults_of

WRONG = {
    "mix.yaml": [
        ("csat_floor: 0.79", "csat_floor: 79"),
        ("name: Desk", "name: Desk\nbugdet: 5"),
        ("count: 1", "count: x"),
    ],
    "volumes.csv": [("20000", "20.000,5"), ("gold,5000", "gold,-5"), ("2026-01", "2027-01")],
    "channels.csv": [("human_live", "human"), ("escalates_to", "escalate_to"), ("0.1,", "10%,")],
    "tiers.csv": [("gold,3,0.8", "gold,3,80"), ("standard,1,", "gold,1,"), ("gold,3", "gold,")],
    "links.csv": [("0.5,0.6", "0.5,60"), ("*,bot", "*,robot"), ("*,phone", "mail,phone")],
    "today.csv": [("0.9", "0.8")],
}
"""What people do to a file, and where."""


def test_what_people_get_wrong_on_the_page_is_said_in_chinese(desk):
    zh, count = language("zh"), 0
    for name, slips in WRONG.items():
        right = (desk / name).read_text()
        for before, after in slips:
            assert before in right
            (desk / name).write_text(right.replace(before, after, 1))
            for fault in faults_of(desk):
                said = say_fault(fault.message, zh)
                assert re.search("[\u4e00-\u9fff]", said) and not re.search(r"\b(is|must|the|give)\b", said), said
                assert say_fault(fault.message, language("en")) == fault.message
                count += 1
        (desk / name).write_text(right)
    assert count >= len(WRONG)
    assert faults_of(desk) == ()
