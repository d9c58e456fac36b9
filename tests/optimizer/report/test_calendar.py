"""Calendars: the right times in every zone, one event a shift, nothing lost, nothing doubled."""

import datetime as dt
from zoneinfo import ZoneInfo

import icalendar
import pandas as pd
import pytest

from models.faults import InputFaults
from optimizer.report.calendar import calendar_files, file_name, pool_calendar_files
from optimizer.report.language import language
from optimizer.report.vtimezone import vtimezone

ZONE = "Europe/Berlin"
MONDAY = dt.datetime(2024, 10, 1, 9, tzinfo=dt.UTC)


def rows(*shifts):
    table = pd.DataFrame(shifts, columns=["employee", "shift", "start", "end", "breaks"])
    return table.assign(date=table["start"].str[:10])


EARLY = ("Ann Lee", "early", "2024-10-25T06:00:00+02:00", "2024-10-25T14:30:00+02:00", "10:00-10:30 meal unpaid")
NIGHT = (
    "Ann Lee",
    "night",
    "2024-10-26T22:00:00+02:00",
    "2024-10-27T06:00:00+01:00",
    "02:30+01:00-02:45+01:00 rest paid",
)


def events(text):
    return {str(e["SUMMARY"]): e for e in icalendar.Calendar.from_ical(text).walk("VEVENT")}


def written(tmp_path, files):
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode())
    return tmp_path / "calendars"


def test_a_shift_and_its_breaks_are_events_at_their_instants():
    files = calendar_files(rows(EARLY, NIGHT), ZONE, "desk", now=MONDAY)
    assert list(files) == [f"calendars/{file_name('Ann Lee')}"]
    found = events(next(iter(files.values())))
    assert set(found) == {"early", "night", "Break: meal", "Break: rest"}
    night, rest = found["night"], found["Break: rest"]
    # ten hours of the clock and an hour more: the clocks go back at 03:00
    assert night["DTEND"].dt - night["DTSTART"].dt.astimezone(ZoneInfo(ZONE)) == dt.timedelta(
        hours=8
    )  # by the wall clock
    assert night["DTEND"].dt.astimezone(dt.UTC) - night["DTSTART"].dt.astimezone(dt.UTC) == dt.timedelta(hours=9)
    # half past two the second time, which a time of the wall clock cannot say
    assert rest["DTSTART"].dt == dt.datetime(2024, 10, 27, 1, 30, tzinfo=dt.UTC)
    assert rest["DTSTART"].params.get("TZID") is None
    assert night["DTSTART"].params["TZID"] == ZONE
    assert str(rest["RELATED-TO"]) == str(night["UID"])
    assert "10:00–10:30 meal, unpaid" in str(found["early"]["DESCRIPTION"])


def test_the_zone_of_a_calendar_changes_its_clock_when_the_zone_does():
    zone = vtimezone("Europe/Berlin", dt.date(2024, 3, 1), dt.date(2024, 10, 31))
    parts = [(p.name, p["DTSTART"].dt, p["TZOFFSETFROM"].td, p["TZOFFSETTO"].td) for p in zone.subcomponents]
    hour = dt.timedelta(hours=1)
    # RFC 5545: onset by the clock before it; EU clocks change at 01:00 UTC
    assert parts[1:] == [
        ("DAYLIGHT", dt.datetime(2024, 3, 31, 2), hour, 2 * hour),
        ("STANDARD", dt.datetime(2024, 10, 27, 3), 2 * hour, hour),
    ]
    assert parts[0][2:] == (hour, hour)


def test_the_next_version_replaces_what_changed_and_leaves_the_rest(tmp_path):
    first = calendar_files(rows(EARLY, NIGHT), ZONE, "desk", now=MONDAY)
    before = written(tmp_path, first)
    later = (*EARLY[:2], "2024-10-25T07:00:00+02:00", "2024-10-25T15:30:00+02:00", "11:00-11:30 meal unpaid")
    second = calendar_files(rows(later, NIGHT), ZONE, "desk", before, now=MONDAY + dt.timedelta(days=1))
    old, new = (events(next(iter(files.values()))) for files in (first, second))
    for name in old:
        moved = name in ("early", "Break: meal")
        assert new[name]["UID"] == old[name]["UID"]
        assert int(new[name]["SEQUENCE"]) == int(moved)
        assert (new[name]["DTSTAMP"].dt != old[name]["DTSTAMP"].dt) == moved
    assert new["early"]["DTSTART"].dt.hour == 7


def test_the_same_roster_gives_the_same_files(tmp_path):
    first = calendar_files(rows(EARLY, NIGHT), ZONE, "desk", now=MONDAY)
    again = calendar_files(
        rows(NIGHT, EARLY), ZONE, "desk", written(tmp_path, first), now=MONDAY + dt.timedelta(days=9)
    )
    assert again == first


def test_a_shift_that_is_gone_is_cancelled_and_one_of_other_days_is_left_alone(tmp_path):
    other = ("Bob", "late", "2024-10-26T14:00:00+02:00", "2024-10-26T22:00:00+02:00", "")
    before = written(tmp_path, calendar_files(rows(EARLY, NIGHT, other), ZONE, "desk", now=MONDAY))
    after = calendar_files(rows(other), ZONE, "desk", before, now=MONDAY + dt.timedelta(days=1))
    anns = events(after[f"calendars/{file_name('Ann Lee')}"])
    # the plan is now of the 26th alone: it says that the night is free, and nothing of the 25th
    assert set(anns) == {"night"}  # its break lies on the 27th
    assert anns["night"]["STATUS"] == "CANCELLED" and int(anns["night"]["SEQUENCE"]) == 1


def test_a_schedule_without_names_gives_a_calendar_for_each_pool():
    lines = rows(EARLY, EARLY, NIGHT).drop(columns="employee").assign(pool=["desk", "desk", "chat"], count=[3, 2, 1])
    files = pool_calendar_files(lines, ZONE, "plan", now=MONDAY, speak=language("zh"))
    assert sorted(files) == ["calendars/chat.ics", "calendars/desk.ics"]
    desk = icalendar.Calendar.from_ical(files["calendars/desk.ics"]).walk("VEVENT")
    assert sorted(str(event["SUMMARY"]) for event in desk) == ["2 × early, desk", "3 × early, desk"]
    assert len({str(event["UID"]) for event in desk}) == 2


def test_names_give_safe_files_that_do_not_meet():
    names = ["../../etc/passwd", "Ann/Lee", "Ann?Lee", "Zoë", "x" * 300, "王芳"]
    files = [file_name(name) for name in names]
    assert len(set(files)) == len(names)
    assert all("/" not in file and not file.startswith(".") and len(file.encode()) < 255 for file in files)
    assert file_name("Zoë") == "Zoë.ics" and file_name("王芳") == "王芳.ics"


def test_a_broken_calendar_of_before_is_a_fault_and_somebody_elses_is_left_alone(tmp_path):
    folder = tmp_path / "calendars"
    folder.mkdir()
    (folder / "mine.ics").write_text("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:me\nEND:VCALENDAR\n")
    assert len(calendar_files(rows(EARLY), ZONE, "desk", folder)) == 1
    (folder / "broken.ics").write_text("BEGIN:VCALENDAR\nBEGIN:VEVENT\n")
    with pytest.raises(InputFaults, match="is no calendar"):
        calendar_files(rows(EARLY), ZONE, "desk", folder)


def test_text_cannot_add_lines_to_a_calendar():
    nasty = ("Ann\r\nATTENDEE:mailto:x@y", "early\nEND:VEVENT", *EARLY[2:])
    text = next(iter(calendar_files(rows(nasty), ZONE, "desk\r\nX-BAD:1", now=MONDAY).values()))
    lines = text.split("\r\n")
    assert not [line for line in lines if line.startswith(("ATTENDEE", "X-BAD"))]
    assert lines.count("END:VEVENT") == 2


def test_long_names_are_folded_and_read_back_as_they_were():
    """By an outside reader of iCalendar, as all files here are."""
    name, pause = "呼叫中心早班，" * 20 + "a, b; c\\d", "Pause — ø" * 12
    shift = ("Ann", name, *EARLY[2:4], f"10:00-10:30 {pause} unpaid")
    (text,) = calendar_files(rows(shift), ZONE, "desk", now=MONDAY).values()
    assert all(len(part.encode()) <= 75 for part in text.split("\r\n"))
    assert set(events(text)) == {name, f"Break: {pause}"}
    assert f"10:00–10:30 {pause}, unpaid" in str(events(text)[name]["DESCRIPTION"])


def test_what_other_programs_put_into_a_calendar_of_ours_does_not_end_its_updates(tmp_path):
    """Other line ends, folds by tab, parameters in quotes, properties and alarms that we never wrote."""
    ((file, text),) = calendar_files(rows(EARLY), ZONE, "desk", now=MONDAY).items()
    own = text.replace(f";TZID={ZONE}", f';TZID="{ZONE}"').replace("SUMMARY:early", "SUMMARY;LANGUAGE=en:ear\r\n\tly")
    alarm = "BEGIN:VALARM\r\nTRIGGER;VALUE=DURATION:-PT30M\r\nEND:VALARM\r\n"
    own = own.replace("END:VEVENT", f"X-MOZ:a:b;c=d\r\n{alarm}END:VEVENT").replace("\r\n", "\n")
    before = written(tmp_path, {file: own})
    assert calendar_files(rows(EARLY), ZONE, "desk", before, now=MONDAY + dt.timedelta(days=1)) == {file: text}


@pytest.mark.parametrize("wrong", [
    ("SEQUENCE:0", "SEQUENCE:first"), ("END:VEVENT\r\nEND:VCALENDAR", "END:VCALENDAR"), ("DTSTAMP", "X-STAMP"),
    ("20241025T060000", "tomorrow"),
])  # fmt: skip
def test_a_calendar_of_ours_that_was_damaged_is_a_fault(tmp_path, wrong):
    ((file, text),) = calendar_files(rows(EARLY), ZONE, "desk", now=MONDAY).items()
    assert wrong[0] in text
    before = written(tmp_path, {file: text.replace(*wrong, 1)})
    with pytest.raises(InputFaults, match="is no calendar"):
        calendar_files(rows(EARLY), ZONE, "desk", before, now=MONDAY)
