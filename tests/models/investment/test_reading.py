"""Reading an investment case: every fault is named with its row, and all of them come at once."""

import pytest

from models.faults import InputFaults
from models.investment.reading import read_investment

GOOD = {
    "invest.yaml": "horizon: {first_year: 2026, years: 3, periods_per_year: 4}\nbudgets: {2026: 100000}\n"
    "people: {attrition_per_year: 0.4}\n",
    "initiatives.csv": "initiative,level,start_from,start_to,one_off_cost,ramp_periods\nbase,,2026,2027-Q2,50000,2\n"
    "bot,small,2026-Q2,,30000,0\nbot,large,2026-07-01,2026,60000,1\n",
    "effects.csv": "initiative,level,on,contact_type,channel,low,likely,high\n"
    "base,,handle_time,orders,*,-0.1,-0.05,-0.02\n"
    "bot,large,contacts,*,phone,,-0.1,\n",
    "work.csv": "contact_type,channel,contacts_per_year,aht_s\norders,phone,1000,300\norders,mail,500,400\n",
    "relations.csv": "kind,a,b,value\nneeds,bot,base,\noverlap,base,bot,0.2\n",
}


@pytest.fixture
def folder(tmp_path):
    def write(**changed):
        for name, text in (GOOD | {key.replace("_", "."): text for key, text in changed.items()}).items():
            (tmp_path / name).write_text(text)
        return tmp_path

    return write


def faults_of(folder):
    with pytest.raises(InputFaults) as caught:
        read_investment(folder)
    return [str(fault) for fault in caught.value.faults]


def test_a_good_folder_is_read(folder):
    case = read_investment(folder())
    assert case.initiatives == ("base", "bot")
    assert [(o.label, o.first_start, o.last_start) for o in case.options] == [
        ("base", 0, 5), ("bot (small)", 1, 11), ("bot (large)", 2, 3),
    ]  # fmt: skip
    assert [(e.option, e.on, e.work) for e in case.effects] == [(0, "handle_time", (0, 1)), (2, "contacts", (0,))]
    assert case.effects[1].low == case.effects[1].high == -0.1
    assert case.relations.needs == ((1, 0),)
    assert case.notes == ("bot (small) has no effect: it only costs, so it is never chosen",)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"effects_csv": "initiative,on,likely\nbase,handle_time,-1\n"}, "effects.csv:2:likely: '-1': leaves nothing"),
        ({"effects_csv": "initiative,on,likely\nbase,fcr,1\n"}, "effects.csv:2:likely: '1': wins all"),
        ({"effects_csv": "initiative,on,low,likely,high\nbase,revenue,85000,1120000,150000\n"},
         "'1120000': low 85000, likely 1120000, high 150000 are not in ascending order"),
        ({"effects_csv": "initiative,on,likely\nbase,csat,0.6\n"}, "csat is a share: 0.01 is one point"),
        ({"effects_csv": "initiative,on,likely\nbase,csat,0.12\nbot,csat,0.1\n",
          "invest_yaml": "horizon: {first_year: 2026, years: 3}\ncsat: {today: 0.8}\n"},
         "effects.csv:2:likely: '0.12': with rows 2, 3 all in place satisfaction would be 102% (80.0% today)"),
        ({"effects_csv": "initiative,on,low,likely\nbase,contacts,-0.1,-0.2\n"}, "not in ascending order"),
        ({"effects_csv": "initiative,on,likely\nbsae,contacts,-0.1\n"}, "'bsae': does not stand in initiatives.csv"),
        ({"effects_csv": "initiative,on,likely,channel\nbase,contacts,-0.1,phon\n"}, "did you mean phone?"),
        ({"effects_csv": "initiative,on,likely\nbase,adoption,0.1\n"}, "acts on the channel mix"),
        ({"effects_csv": "initiative,on,likely\nbase,containment,0.1\n"}, "no row of work.csv has a contained_share"),
        ({"initiatives_csv": "initiative,start_from\nbase,2031\nbot,\n"}, "'2031': lies outside the horizon 2026"),
        ({"initiatives_csv": "initiative,start_from,start_to\nbase,2027,2026\nbot,,\n"}, "is before start_from 2027"),
        ({"initiatives_csv": "initiative,ramp_periods\nbase,-1\nbot,\n"}, "2:ramp_periods: '-1': must lie"),
        ({"initiatives_csv": "initiative,level\nbase,\nbase,\nbot,large\n"}, "stands in row 2 already"),
        ({"relations_csv": "kind,a,b\nneeds,bot,base\nneeds,base,bot\n"}, "goes round: bot needs base needs bot"),
        ({"relations_csv": "kind,a,b\nexcludes,bot,bot\n"}, "is the same initiative as a"),
        ({"relations_csv": "kind,a,b\nat_most,bot;base,\n"}, "is blank; give the number"),
        ({"spends_csv": "initiative,on,spend_per_year,effect\nads,contacts,10,-0.01\nads,contacts,20,-0.05\n"},
         "returns must diminish"),
        ({"costs_csv": "initiative,after_periods,cost\nbose,1,5\n"}, "costs.csv:2:initiative: 'bose'"),
        ({"invest_yaml": "horizon: {first_year: 2026, years: 3}\nbudgets: {2029: 5}\n"}, "lies outside the horizon"),
        ({"invest_yaml": "horizon: {first_year: 2026, years: 0}\n"}, "horizon.years"),
        ({"work_csv": "contact_type,channel,contacts_per_year,aht_s\norders,phone,1,1\norders,phone,1,1\n"},
         "add the two up"),
    ],
)  # fmt: skip
def test_each_fault_is_named(folder, changed, said):
    assert any(said in fault for fault in faults_of(folder(**changed)))


def test_faults_of_several_files_come_together(folder):
    found = faults_of(
        folder(
            effects_csv="initiative,on,likely\nbase,contacts,-2\nnobody,contacts,-0.1\n",
            relations_csv="kind,a,b\nneeds,bot,nothing\n",
            initiatives_csv="initiative,start_to\nbase,1999\nbot,\n",
        )
    )
    assert {fault.split(":")[0] for fault in found} == {"effects.csv", "relations.csv", "initiatives.csv"}
    assert len(found) == 4


def test_a_missing_file_is_a_fault(folder):
    place = folder()
    (place / "effects.csv").unlink()
    assert any(fault.startswith("effects.csv: is missing") for fault in faults_of(place))


def test_without_work_only_money_can_be_an_effect(folder):
    place = folder(effects_csv="initiative,on,likely\nbase,revenue,5000\n", relations_csv="kind,a,b\n")
    (place / "work.csv").unlink()
    assert read_investment(place).work.names == ()
    place = folder()
    (place / "work.csv").unlink()
    assert any("there is no work.csv" in fault for fault in faults_of(place))


@pytest.mark.parametrize(("last_hours", "is_fault"), [(100, True), (200, False)])
def test_todays_mix_beyond_its_cost_table_is_said(tmp_path, build_mix, last_hours, is_fault):
    """9,000 orders in the 31 days of January, 300 s each: 169.4 hours a week."""
    mix = build_mix(
        {"people": {"cost_from": "cost_table"}},
        types=[{"contact_type": "orders", "pool": "desk", "aht_s": 300}],
        volumes=[{"period": "2026-01", "contact_type": "orders", "issues": 9000}],
        channels=[{"channel": "phone", "kind": "human_live"}],
        links=[{"contact_type": "*", "channel": "phone", "csat": 0.84}],
        today=[{"contact_type": "orders", "channel": "phone", "share": 1}],
        pool_costs=[
            {"pool": "desk", "service_level": 0.8, "load_hours_per_week": hours, "cost_per_week": 40 * hours}
            for hours in (0, last_hours)
        ],
    )
    (tmp_path / "invest.yaml").write_text("horizon: {first_year: 2026, years: 3}\n")
    (tmp_path / "initiatives.csv").write_text("initiative,one_off_cost\nbase,50000\n")
    (tmp_path / "effects.csv").write_text("initiative,on,likely\nbase,handle_time,-0.05\n")
    if not is_fault:
        case = read_investment(tmp_path, mix=mix)
        standing = case.settings.people.standing_hours_per_year * case.settings.people.cost_per_hour
        assert standing == pytest.approx(40 * last_hours * 365 / 7)  # one step of the table: fewer hours save nothing
        assert case.work.cost_per_hour[0] == 0 and case.work.unit_price.tolist() == [0]
        return
    with pytest.raises(InputFaults) as caught:
        read_investment(tmp_path, mix=mix)
    assert [str(fault) for fault in caught.value.faults] == [
        "pool_costs.csv:load_hours_per_week: '100': ends below the 169.4 hours a week that today's mix takes of pool"
        " desk: tabulate more (servopt cost-table --to)"
    ]
