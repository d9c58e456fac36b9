"""A day of two queues and three agent groups, one of which serves both."""

import pytest

SCENARIO = """name: two desks
time_zone: Europe/Amsterdam
currency: EUR
horizon: {start: 2026-03-02, days: 1}
interval_min: 30
opening_hours: {mon-fri: "09:00-15:00"}
service: {target: 0.8, within_s: 20, mode: day, floor: 0.3, model: erlang-a}
pay: {wage_per_hour: 20}
shifts:
  - {name: part, days: mon-fri, earliest_start: "09:00", latest_start: "12:00", start_step_min: 60, latest_end: "15:00",
     paid_min: {from: 180, to: 360, step: 180}}
horizon_edges: cut
"""
SKILLS = "group,contact_type,heads,wage_factor\nb,billing,{0},\nt,tech,{0},\nboth,billing,{0},1.1\nboth,tech,,\n"


@pytest.fixture(scope="session")
def write_desks():
    """Return a function that writes the scenario into a folder; `heads` agents in each group."""

    def write(folder, heads=""):
        lines = ["start,contact_type,contacts,aht_s"]
        for half_hour in range(18, 30):
            stamp = f"2026-03-02 {half_hour // 2:02d}:{half_hour % 2 * 30:02d}"
            busy = 24 if half_hour in (21, 22) else 14
            lines += [f"{stamp},billing,{busy},300", f"{stamp},tech,{busy},300"]
        (folder / "scenario.yaml").write_text(SCENARIO)
        (folder / "contact_types.csv").write_text(
            "contact_type,pool,kind,aht_s,patience_s\nbilling,desk,live,300,300\ntech,desk,live,300,300\n"
        )
        (folder / "demand.csv").write_text("\n".join(lines) + "\n")
        (folder / "skills.csv").write_text(SKILLS.format(heads))
        return folder

    return write
