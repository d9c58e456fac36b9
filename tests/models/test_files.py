"""Files: whole or not at all, readable by a spreadsheet without running anything, bounded when read."""

import datetime as dt
import os
import stat

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import csvtable, textfile, yamlfile
from models.faults import Fault, FaultLog, InputFaults
from models.files import csv_text, escape_cell, write_atomic, write_csv
from models.tables import CONTACT_TYPES, HISTORY


def faults_of(read, *args):
    log = FaultLog()
    return read(*args, log), [str(fault) for fault in log.faults]


def test_write_atomic_replaces_and_leaves_nothing_behind(tmp_path):
    target = tmp_path / "new" / "plan.csv"
    write_atomic(target, "one")
    write_atomic(target, b"two")
    assert target.read_bytes() == b"two"
    assert [entry.name for entry in target.parent.iterdir()] == ["plan.csv"]


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    target = tmp_path / "plan.csv"
    write_atomic(target, "old")
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_atomic(target, "new")
    assert target.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["plan.csv"]


def test_write_atomic_keeps_modes_and_links(tmp_path):
    target, link = tmp_path / "plan.csv", tmp_path / "link.csv"
    write_atomic(target, "old")
    assert stat.S_IMODE(target.stat().st_mode) != 0o600  # the user's default, not that of a temporary file
    target.chmod(0o640)
    link.symlink_to(target)
    write_atomic(link, "new")
    assert link.is_symlink() and target.read_text() == "new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\tx", "\rx", "=cmd"])
def test_cells_that_a_spreadsheet_would_run_are_escaped(text):
    assert escape_cell(text) == "'" + text


@pytest.mark.parametrize("value", ["-5", "+3.5", "-1e3", -5, 2.5, None, "plain", "a=b", ""])
def test_other_cells_stay(value):
    assert escape_cell(value) is value or escape_cell(value) == value


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_numbers_survive_a_csv_file_exactly(numbers):
    header, *cells = csv_text(pd.DataFrame({"x": numbers})).splitlines()
    assert header == "x" and [float(cell) for cell in cells] == numbers


def test_csv_text(tmp_path):
    stamps = pd.date_range("2014-10-26 02:00", periods=2, freq="60min", tz="UTC").tz_convert("Europe/Amsterdam")
    frame = pd.DataFrame({"start": stamps, "=name": ["=x", None], "n": [1, -2]}, index=[7, 7])
    write_csv(tmp_path / "x.csv", frame)
    assert (tmp_path / "x.csv").read_bytes() == (
        b"start,'=name,n\n2014-10-26T03:00:00+01:00,'=x,1\n2014-10-26T04:00:00+01:00,,-2\n"
    )
    assert csv_text(frame.iloc[:0]) == "start,'=name,n\n"


def test_faults_say_where_and_what():
    assert str(Fault("a.csv", 3, "aht_s", "x", "is no number")) == "a.csv:3:aht_s: 'x': is no number"
    assert str(Fault("a.csv", None, None, "", "is empty")) == "a.csv: is empty"
    assert str(InputFaults([Fault("a", 1, None, "", "m"), Fault("b", None, "c", "", "n")])) == "a:1: m\nb:c: n"
    with pytest.raises(ValueError, match="at least one"):
        InputFaults([])


def test_the_same_fault_on_very_many_rows_is_counted():
    log = FaultLog(same_fault=3)
    for row in range(10):
        log.add("a.csv", row, "x", row, "is wrong")
    shown = [str(fault) for fault in log.faults]
    assert len(shown) == 4 and len(log) == 10
    assert shown[-1] == "a.csv:x: and 7 more rows: is wrong"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        ("contact_type,pool\n".encode("utf-16"), "UTF-16"),
        (b"contact_type,pool\ncaf\xe9,a\n", "x.csv:2: is not UTF-8"),
        (b"contact_type;pool\na;b\n", "separated by semicolons"),
        (b"contact_type\tpool\na\tb\n", "separated by tabs"),
        (b"contact_type,pool\na,b,c\n", "x.csv:2: 'c': the row has more than the 2 cells"),
        (b"contact_type,pool\na,b\na,b,c,d\n", "x.csv:3: the row has more than the 2 cells"),
        (b'contact_type,pool\n"a,b\n', "quote"),
        (b"contact_type,pol\na,b\n", "x.csv:1:pool: the column is missing; the header has contact_type, pol"),
        (b"contact_type,pool,pol\na,b,\n", "x.csv:1:pol: is no column of this table; remove it, or use kind, aht_s"),
        (b"contact_type,pool,pool\na,b,c\n", "twice"),
    ],
)
def test_files_that_are_no_such_table(tmp_path, data, message):
    path = tmp_path / "x.csv"
    path.write_bytes(data)
    _, faults = faults_of(csvtable.read_table, path, CONTACT_TYPES)
    assert any(message in fault for fault in faults)


def test_faults_name_the_line_as_an_editor_shows_it(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text('contact_type,pool,description,aht_s\n\na,p,"two\nlines",10\nb,p,,ten\n=c,p,,-1\n\nb,,,\n')
    table, faults = faults_of(csvtable.read_table, path, CONTACT_TYPES)
    assert [fault.split(": ")[0] for fault in faults] == [
        "x.csv:5:aht_s",
        "x.csv:6:contact_type",
        "x.csv:6:aht_s",
        "x.csv:8:contact_type",
        "x.csv:8:pool",
    ]
    assert list(table.index) == [3, 5, 6, 8]


@pytest.mark.parametrize("cell", ["nan", "inf", "-inf", "1,5", "1 000", "abc", "-1"])
def test_cells_that_are_no_allowed_number(tmp_path, cell):
    path = tmp_path / "history.csv"
    path.write_text(f'start,contact_type,contacts\n2014-07-01 08:00,a,"{cell}"\n')
    _, faults = faults_of(csvtable.read_table, path, HISTORY)
    assert len(faults) == 1 and faults[0].startswith(f"history.csv:2:contacts: '{cell}': ")


def test_byte_order_marks_crlf_and_trailing_commas_are_fine(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes("\ufeffcontact_type,pool,\r\nañb,p,\r\n".encode())
    table, faults = faults_of(csvtable.read_table, path, CONTACT_TYPES)
    assert faults == [] and list(table["contact_type"]) == ["añb"]


def test_large_files_are_refused_before_they_are_read(tmp_path, monkeypatch):
    path = tmp_path / "x.csv"
    path.write_text("contact_type,pool\n" + "a,b\n" * 100)
    monkeypatch.setattr(csvtable, "MAX_CSV_BYTES", 100)
    monkeypatch.setattr(type(path), "read_bytes", lambda _: pytest.fail("was read"))
    _, faults = faults_of(csvtable.read_table, path, CONTACT_TYPES)
    assert "at most" in faults[0]
    _, faults = faults_of(textfile.read_text, tmp_path / "none", 10)
    assert "is missing" in faults[0]


def read_yaml(tmp_path, text):
    path = tmp_path / "x.yaml"
    path.write_text(text)
    return faults_of(yamlfile.read_yaml, path)


def test_yaml_means_what_people_type(tmp_path):
    found, faults = read_yaml(
        tmp_path, "a: NO\nb: 12:00\nc: 2014-07-01\nd: true\ne: 1e3\nf:\ng: {2014-07-01: x}\nh: on\ni: 2014-02-30\n"
    )
    day = dt.date(2014, 7, 1)
    assert faults == []
    assert found.data == {
        "a": "NO",
        "b": "12:00",
        "c": day,
        "d": True,
        "e": 1000.0,
        "f": None,
        "g": {day: "x"},
        "h": "on",
        "i": "2014-02-30",  # no date, which the setting's own check says, once
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", "x.yaml:3:a: stands here twice"),
        ("a: !!python/object/apply:os.system [ls]\n", "tags are not read"),
        ("a: [1,\n", "is not YAML"),
        ("\ta: 1\n", "x.yaml:1: is not YAML"),
        ("- a\n- b\n", "x.yaml:1: is empty or no list of settings"),
        ("a: &a [*a]\n", "more than 50,000 values"),
        ("[" * 3000, "is not YAML"),
    ],
)
def test_yaml_that_is_refused(tmp_path, text, message):
    _, faults = read_yaml(tmp_path, text)
    assert len(faults) == 1 and message in faults[0]


def test_aliases_cannot_unfold_into_gigabytes(tmp_path):
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x,x]"]
    lines += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    found, faults = read_yaml(tmp_path, "\n".join(lines))
    assert found is None and "more than 50,000 values" in faults[0]
