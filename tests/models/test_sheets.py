"""Tables from CSV and Excel: the same frame, the same faults; and nothing that runs when a result is opened."""

import datetime as dt
import zipfile

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import sheets
from models.columns import ABOVE_ZERO, number, one_of, text
from models.csvtable import read_table
from models.faults import FaultLog, InputFaults
from models.sheets import cell_text, load_sheet, read_sheet, write_sheet

pa = pytest.importorskip("pandera.pandas")
TABLE = pa.DataFrameSchema(
    {
        "name": text("name", "required"),
        "kind": text("kind", "a", one_of(("a", "b"))),
        "amount": number("amount", "EUR", "required", ABOVE_ZERO, required=True),
    },
    strict=False,
)
ROWS = [["name", "kind", "amount"], ["x", "a", 1.5], [None, None, None], ["y", None, 3000], ["2026-01-31", "b", 7]]


def excel(path, rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def faults_of(path):
    log = FaultLog()
    frame = read_sheet(path, TABLE, log)
    return frame, [str(fault) for fault in log.faults]


def test_excel_reads_as_csv_does(tmp_path):
    (tmp_path / "t.csv").write_text("name,kind,amount\nx,a,1.5\n,,\ny,,3000\n2026-01-31,b,7\n")
    rows = [*ROWS[:-1], [dt.datetime(2026, 1, 31), "b", 7]]
    from_excel, from_csv = load_sheet(excel(tmp_path / "t.xlsx", rows), TABLE), load_sheet(tmp_path / "t.csv", TABLE)
    pd.testing.assert_frame_equal(from_excel, from_csv)
    assert from_excel.index.tolist() == [2, 4, 5]  # as the sheet numbers its rows


def test_faults_of_excel_name_the_rows_of_the_sheet(tmp_path):
    rows = [*ROWS, ["z", "c", "12,5"], [None, "a", -1], ["q", "a", 1, "too far"]]
    _, faults = faults_of(excel(tmp_path / "t.xlsx", rows))
    assert faults == [
        "t.xlsx:6:amount: '12,5': is no finite number; write 12.5",
        "t.xlsx:6:kind: 'c': must be one of a, b",
        "t.xlsx:7:name: is blank; give a value",
        "t.xlsx:7:amount: '-1': must be above 0",
        "t.xlsx:8: 'too far': the row has more than the 3 cells of the header",
    ]


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("t.xls", b"\xd0\xcf\x11\xe0", "before 2007; save it as .xlsx"),
        ("t.ods", b"x", "is no kind of file that is read"),
        ("t.xlsx", b"no zip at all", "cannot be read as an Excel workbook"),
        ("t.xlsx", None, "is missing"),
        ("t.csv", b"", "is empty"),
        ("t.csv", b"name,kind,amount\n", "holds no rows"),
    ],
)
def test_files_that_are_no_table(tmp_path, name, data, message):
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(InputFaults, match=message):
        load_sheet(tmp_path / name, TABLE)


def test_excel_files_that_are_no_table(tmp_path):
    assert "is empty" in faults_of(excel(tmp_path / "a.xlsx", []))[1][0]
    assert "header must stand in row 1" in faults_of(excel(tmp_path / "b.xlsx", [[None], ["name"]]))[1][0]
    assert "twice" in faults_of(excel(tmp_path / "c.xlsx", [["name", "name"]]))[1][0]
    assert "the column is missing" in faults_of(excel(tmp_path / "d.xlsx", [["name"], ["x"]]))[1][0]
    with zipfile.ZipFile(tmp_path / "e.xlsx", "w") as packed:
        packed.writestr("hello.txt", "no workbook")
    assert "cannot be read as an Excel workbook" in faults_of(tmp_path / "e.xlsx")[1][0]


UNSAVED = "is a formula without a saved value; open and save the file in a spreadsheet program, or write the value"


def test_a_formula_without_a_saved_value_is_a_fault(tmp_path):
    """Nothing was computed: a default in its place would be a wrong figure that nobody sees."""
    rows = [*ROWS[:2], ["y", '=IF(C2>1,"b","a")', 2], ["=A2", "=B3", "=C2+1"]]
    frame, faults = faults_of(excel(tmp_path / "t.xlsx", rows))
    assert frame is None
    assert faults == [
        f't.xlsx:3:kind: \'=IF(C2>1,"b","a")\': {UNSAVED}',
        f"t.xlsx:4:name: '=A2': {UNSAVED}",
        f"t.xlsx:4:kind: '=B3': {UNSAVED}",
        f"t.xlsx:4:amount: '=C2+1': {UNSAVED}",
    ]
    _, faults = faults_of(excel(tmp_path / "h.xlsx", [["name", "amount", '="kind"'], ["x", 1, "b"]]))
    assert faults == [f"h.xlsx:1:C: '=\"kind\"': {UNSAVED}"]
    beside = excel(tmp_path / "beside.xlsx", [["name", "amount", "remark"], ["x", 1, "=1+1"]])
    assert faults_of(beside)[1] == [] or UNSAVED not in faults_of(beside)[1][0]  # no column that is read


def edited(source, target, changes):
    with zipfile.ZipFile(source) as packed, zipfile.ZipFile(target, "w") as changed:
        for name in packed.namelist():
            data = packed.read(name)
            for old, new in changes.items() if name == "xl/worksheets/sheet1.xml" else ():
                assert old in data
                data = data.replace(old, new)
            changed.writestr(name, data)
    return target


def test_formulas_with_a_saved_value_are_read_by_it(tmp_path):
    xlsxwriter = pytest.importorskip("xlsxwriter")
    with xlsxwriter.Workbook(tmp_path / "t.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ROWS[0])
        for row, (kind, amount) in enumerate([("b", 2.5), ("", 3)], start=1):
            sheet.write_formula(row, 0, '="n"', None, "n")
            sheet.write_formula(row, 1, '=""', None, kind)  # an empty text is a value: blank
            sheet.write_formula(row, 2, "=1+1", None, amount)
    # as spreadsheet programs write an empty text; and a shared formula, whose text stands in its first cell only
    text = {b'<c r="B3"><f>""</f><v></v>': b'<c r="B3" t="str"><f>""</f><v></v>'}
    shared = {
        b"<f>1+1</f><v>2.5</v>": b'<f t="shared" ref="C2:C3" si="0">1+1</f><v>2.5</v>',
        b"<f>1+1</f><v>3</v>": b'<f t="shared" si="0"/>',
    }
    frame = load_sheet(edited(tmp_path / "t.xlsx", tmp_path / "e.xlsx", text), TABLE)
    assert frame["kind"].tolist() == ["b", None] and frame["amount"].tolist() == [2.5, 3]
    path = edited(tmp_path / "e.xlsx", tmp_path / "s.xlsx", shared)
    assert faults_of(path)[1] == [f"s.xlsx:3:amount: '=1+1': {UNSAVED}"]


def test_excel_is_bounded(tmp_path, monkeypatch):
    path = excel(tmp_path / "t.xlsx", ROWS)
    monkeypatch.setattr(sheets, "MAX_CELLS", 5)
    assert "more than 5 cells" in faults_of(path)[1][0]
    monkeypatch.setattr(sheets, "MAX_UNPACKED_BYTES", 100)
    assert "unpacks to more" in faults_of(path)[1][0]
    monkeypatch.setattr(sheets, "MAX_EXCEL_BYTES", 100)
    assert "save it as CSV, or split it" in faults_of(path)[1][0]


def test_cells():
    given_cells = [None, True, 3.0, 0.1, 10**20, dt.datetime(2026, 1, 2, 3), dt.date(2026, 1, 2), " a ", 1e300]
    wanted = ["", "true", "3", "0.1", "1" + "0" * 20, "2026-01-02T03:00:00", "2026-01-02", "a", "1e+300"]
    assert list(map(cell_text, given_cells)) == wanted


def test_what_is_written_runs_nowhere_and_reads_back(tmp_path):
    frame = pd.DataFrame({"name": ["=1+1", "@x", "http://a"], "kind": ["a", None, "b"], "amount": [0.1, 2.0, 1e-9]})
    for ending in ("csv", "xlsx"):
        path = tmp_path / f"out.{ending}"
        assert write_sheet(path, {"result": frame})[0] == path
        back = load_sheet(path, TABLE)
        assert back["amount"].tolist() == frame["amount"].tolist()
        assert back["name"].str.lstrip("'").tolist() == frame["name"].tolist()
        assert back["kind"].tolist() == ["a", None, "b"]
    with zipfile.ZipFile(tmp_path / "out.xlsx") as packed:
        assert b"<f>" not in packed.read("xl/worksheets/sheet1.xml")


def test_several_frames(tmp_path):
    frames = {"tree": pd.DataFrame({"a": [1]}), "lines": pd.DataFrame({"b": [dt.date(2026, 1, 2), None]})}
    assert [p.name for p in write_sheet(tmp_path / "o.csv", frames)] == ["o.csv", "o_lines.csv"]
    write_sheet(tmp_path / "o.xlsx", frames)
    assert openpyxl.load_workbook(tmp_path / "o.xlsx").sheetnames == ["tree", "lines"]
    with pytest.raises(InputFaults, match=r"use a \.csv or \.xlsx"):
        write_sheet(tmp_path / "o.pdf", frames)


@given(
    st.lists(
        st.tuples(st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=8), st.floats(0.01, 1e9)),
        min_size=1,
        max_size=15,
    )
)
def test_a_csv_file_that_was_written_is_read_back(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("s") / "t.csv"
    names = [name.strip() or "x" for name, _ in rows]
    write_sheet(path, {"t": pd.DataFrame({"name": names, "amount": [amount for _, amount in rows]})})
    log = FaultLog()
    frame = read_table(path, TABLE, log)
    assert not log.faults
    assert frame["name"].tolist() == [
        "'" + name if name[:1] in "=+-@" and not _is_number(name) else name for name in names
    ]
    assert frame["amount"].to_numpy() == pytest.approx([amount for _, amount in rows], rel=1e-15)


def _is_number(name):
    try:
        float(name)
    except ValueError:
        return False
    return True


def test_a_long_table_is_read_in_seconds(tmp_path):
    """300,000 rows; a million take about three times as long (the issue: at most five seconds with the cost tree)."""
    path = tmp_path / "long.csv"
    path.write_text("name,kind,amount\n" + "".join(f"n{i % 500},a,{i + 1}.25\n" for i in range(300_000)))
    started = dt.datetime.now()
    frame = load_sheet(path, TABLE)
    assert len(frame) == 300_000 and frame["amount"].iloc[-1] == 300_000.25 and frame.index[-1] == 300_001
    assert (dt.datetime.now() - started).total_seconds() < 15  # generous: the machine may be busy
