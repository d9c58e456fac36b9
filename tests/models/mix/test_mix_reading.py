"""Reading a channel mix: one test per fault that breaks only this rule, beside its permitted neighbour."""

import numpy as np
import pandas as pd
import pytest
import yaml

from models.faults import InputFaults
from models.mix.reading import is_mix, read_mix


@pytest.fixture
def said(build_mix):
    """Faults of a mix, as text."""

    def faults(settings, rows):
        with pytest.raises(InputFaults) as found:
            build_mix(settings, **rows)
        return [str(fault) for fault in found.value.faults]

    return faults


def write(folder, settings, rows):
    """Write a mix as a user would."""
    folder.mkdir(exist_ok=True)
    (folder / "mix.yaml").write_text(yaml.safe_dump(settings))
    for name, lines in rows.items():
        pd.DataFrame(lines).to_csv(folder / f"{name}.csv", index=False)
    return folder


def test_a_folder_reads_as_its_tables_say(tmp_path, settings, rows):
    case = read_mix(write(tmp_path / "mix", settings, rows))
    assert is_mix(tmp_path / "mix") and not is_mix(tmp_path)
    assert case.periods == ("2026-01", "2026-02") and case.days.tolist() == [31, 28]
    assert case.contact_types == ("orders", "claims") and case.tiers.name == ("standard", "gold")
    assert case.segments.name == ("easy", "hard", "all") and case.segments.aht_s.tolist() == [120, 360, 600]
    assert case.issues[0].tolist() == [[1000, 900], [200, 0]] and case.issues[1].tolist() == [[0, 100], [0, 0]]
    assert case.lost_cost.tolist() == [2, 9] and case.pools == ("desk",) and case.notes == ()
    assert case.tiers.human_always.tolist() == [False, True] and np.isnan(case.tiers.csat_floor[0])
    assert case.channels.min_contacts[2].tolist() == [50, 50] and case.channels.escalates_to.tolist() == [-1, 0, -1]


def test_the_more_special_link_holds(case):
    links = case.links
    where = {(case.segments.name[s], case.channels.name[h]): n for n, (s, h) in enumerate(
        zip(links.segment, links.channel, strict=True))}  # fmt: skip
    assert set(where) == {
        ("easy", "phone"), ("easy", "bot"), ("easy", "partner"), ("hard", "phone"), ("hard", "bot"),
        ("hard", "partner"), ("all", "phone"),
    }  # fmt: skip
    assert links.containment[where["easy", "bot"]] == 0.7 and links.containment[where["hard", "bot"]] == 0.6
    assert links.adoption_cap[where["easy", "phone"]] == 1 and links.containment[where["easy", "phone"]] == 1
    assert case.easy_pairs.tolist() == [[where["easy", "bot"], where["hard", "bot"]]]


def test_general_rows_meet_special_ones(build_mix, settings, rows):
    """Contact type and segment, before contact type, before segment, before neither."""
    link = {"channel": "bot", "adoption_cap": 0.5, "escalated_share": 1, "csat": 0.5}
    rows["links"] = [row for row in rows["links"] if row["channel"] != "bot"] + [
        link | {"contact_type": "*", "containment": 0.1},
        link | {"contact_type": "*", "segment": "easy", "containment": 0.2},
        link | {"contact_type": "orders", "segment": "hard", "containment": 0.3},
    ]
    case = build_mix(settings, **rows)
    bot = case.links.channel == 1
    assert case.links.containment[bot].tolist() == [0.2, 0.3, 0.1]
    rows["links"].append(link | {"contact_type": "orders", "containment": 0.4})
    assert build_mix(settings, **rows).links.containment[bot].tolist() == [0.4, 0.3, 0.1]


def test_every_fault_at_once(tmp_path, settings, rows):
    settings |= {"csat_floor": 86, "service_target": 0.8}
    rows["segments"][1]["share"] = 0.5
    rows["links"][1]["containment"] = 1.2
    rows["volumes"][0]["issues"] = -1
    rows["volumes"][1]["period"] = "2027-01"
    rows["channels"][1]["escalates_to"] = "fone"
    with pytest.raises(InputFaults) as found:
        read_mix(write(tmp_path / "mix", settings, rows))
    places = {(fault.file, fault.row, fault.column) for fault in found.value.faults}
    assert places == {
        ("mix.yaml", 1, "csat_floor"),
        ("segments.csv", 2, "share"),
        ("links.csv", 3, "containment"),
        ("volumes.csv", 2, "issues"),
        ("volumes.csv", 3, "period"),
        ("channels.csv", 3, "escalates_to"),
    }


def _set(table, row, **cells):
    """Change cells of a row, 0 for the first."""
    return lambda settings, rows: rows[table][row].update(cells)


def _add(table, **cells):
    return lambda settings, rows: rows[table].append(cells)


def _cut(table, row):
    return lambda settings, rows: rows[table].pop(row)


def _setting(**values):
    return lambda settings, rows: settings.update(values)


WEB = {"channel": "web", "adoption_cap": 1, "containment": 0.9, "csat": 0.5}
FAULTS = {
    "a contact type twice": (
        _add("types", contact_type="orders", pool="desk", aht_s=1),
        ["types.csv:4:contact_type: 'orders': stands in row 2 already"],
    ),
    "no handle time": (_set("types", 1, aht_s=None), ["types.csv:3:aht_s: is blank; give the handle time"]),
    "shares of segments": (_set("segments", 0, share=0.7), ["segments.csv:2:share: '0.7': the shares of orders sum"]),
    "segment of nobody": (
        _add("segments", contact_type="order", segment="easy", order=1, share=1, aht_s=1),
        ["segments.csv:4:contact_type: 'order': is not in types.csv; did you mean orders?"],
    ),
    "volume twice": (
        _add("volumes", period="2026-01", contact_type="orders", tier="gold", issues=3),
        ["volumes.csv:6:tier: '2026-01, orders, gold': the same period, contact_type, tier as in row 3"],
    ),
    "volume without tier": (_set("volumes", 0, tier=None), ["volumes.csv:2:tier: is blank; name the customer tier"]),
    "unknown tier": (_set("volumes", 0, tier="silver"), ["volumes.csv:2:tier: 'silver': is not in tiers.csv"]),
    "floor above 1": (_set("tiers", 1, csat_floor=80), ["tiers.csv:3:csat_floor: '80': must lie", "write 0.8"]),
    "minimum above maximum": (
        _set("channels", 2, min_contacts=500), ["channels.csv:4:min_contacts: '500': is above max_contacts (400)"]
    ),
    "minimum above the caps": (
        _set("channels", 2, min_contacts=451, max_contacts=None),
        ["channels.csv:4:min_contacts: '451': at most 450 contacts could come in 2026-02"],
    ),
    "escalates to a bot": (
        _set("channels", 2, escalates_to="bot"), ["channels.csv:4:escalates_to: 'bot': is of kind bot"]
    ),
    "escalates to itself": (
        _set("channels", 0, escalates_to="phone"), ["channels.csv:2:escalates_to: 'phone'", "the channel itself"]
    ),
    "licences of people": (
        _set("channels", 0, licence_price=5), ["channels.csv:2:licence_price: '5': is not for kind human_live"]
    ),
    "handle time of a bot": (_set("channels", 1, aht_factor=2), ["channels.csv:3:aht_factor: '2': is not for"]),
    "licence without hours": (_set("channels", 1, licence_hours=None), ["channels.csv:3:licence_hours: is blank"]),
    "licence without duration": (_set("channels", 1, duration_s=None), ["channels.csv:3:duration_s: is blank"]),
    "unknown first period": (
        _set("channels", 1, available_from="2026-03"), ["channels.csv:3:available_from: '2026-03': is not in"]
    ),
    "price tiers of two modes": (
        lambda settings, rows: rows.update(price_tiers=[
            {"channel": "partner", "from_contacts": 0, "unit_price": 3, "mode": "all_units"},
            {"channel": "partner", "from_contacts": 100, "unit_price": 2, "mode": "incremental"},
        ]),
        ["price_tiers.csv:3:mode: 'incremental': partner has tiers of mode all_units and incremental"],
    ),
    "containment above 1": (_set("links", 1, containment=1.2), ["links.csv:3:containment: '1.2': must lie"]),
    "all come back": (
        _set("links", 0, recontact_share=1), ["links.csv:2:recontact_share: '1': must be at least 0 and below 1"]
    ),
    "bot without containment": (_set("links", 1, containment=None), ["links.csv:3:containment: is blank; a channel"]),
    "bot without cap": (_set("links", 1, adoption_cap=None), ["links.csv:3:adoption_cap: is blank; a channel"]),
    "goes nowhere": (_set("links", 3, escalated_share=0.5, containment=0.5), ["links.csv:5:escalated_share: '0.5'"]),
    "unknown segment": (_set("links", 2, segment="esy"), ["links.csv:4:segment: 'esy': is no segment"]),
    "pool of a bot": (_set("links", 1, pool="desk"), ["links.csv:3:pool: 'desk': no pool of agents"]),
    "no pool": (_set("types", 1, pool=None), ["links.csv:2:pool: no pool works on claims in phone"]),
    "link twice": (
        _add("links", contact_type="*", channel="phone", csat=0.8),
        ["links.csv:6:channel: '*, phone': the same contact_type, segment, channel as in row 2"],
    ),
    "served nowhere": (
        lambda settings, rows: (
            _set("links", 0, contact_type="orders")(settings, rows), rows.pop("today"),
        ),
        ["types.csv:3:contact_type: 'claims': no row of links.csv says where it may be served"],
    ),
    "caps that do not reach": (
        _set("links", 0, adoption_cap=0.9), ["links.csv:adoption_cap: 'claims': the adoption caps", "reach 90%"]
    ),
    "no person for gold": (
        lambda settings, rows: (
            _add("volumes", period="2026-01", contact_type="claims", tier="gold", issues=3)(settings, rows),
            _set("links", 0, contact_type="orders")(settings, rows),
            _add("links", contact_type="claims", **WEB)(settings, rows),
            _add("channels", channel="web", kind="self_service")(settings, rows),
            rows.pop("today"),
        ),
        ["tiers.csv:3:human_always: 'yes': claims reaches no person (row 6 of volumes.csv"],
    ),
    "today does not sum": (_set("today", 0, share=0.6), ["today.csv:2:share: '0.6': the shares that belong together"]),
    "today where nothing may be": (
        _set("today", 3, channel="bot"), ["today.csv:5:channel: 'bot': links.csv has no row for claims, segment all"]
    ),
    "today without a type": (_cut("today", 3), ["today.csv:contact_type: 'claims': has no row for it"]),
    "change without today": (
        lambda settings, rows: (settings.update(change={"max_share": 0.1}), rows.pop("today")),
        ["mix.yaml:change.max_share: '0.1': needs today.csv"],
    ),
    "cost of no pool": (
        _setting(people={"by_pool": {"dek": 20}}), ["mix.yaml:people.by_pool.dek: is no pool of the mix; use desk"]
    ),
    "no cost table": (_setting(people={"cost_from": "cost_table"}), ["pool_costs.csv:pool: 'desk': has no rows"]),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_said_where_it_stands(name, said, settings, rows):
    change, words = FAULTS[name]
    change(settings, rows)
    faults = said(settings, rows)
    assert len(faults) == 1, faults
    assert faults[0].startswith(words[0]) and all(word in faults[0] for word in words), faults[0]


NEIGHBOURS = {
    "a tier without volume": _add("tiers", tier="platinum", csat_floor=1),
    "a channel without capacity": _set("channels", 2, min_contacts=0, max_contacts=0),
    "a type that only a person can serve": _set("volumes", 3, issues=100000),
    "minimum at the caps": _set("channels", 2, min_contacts=440, max_contacts=None),
    "minimum at the maximum": _set("channels", 2, min_contacts=400),
    "no issue at all": _set("volumes", 3, issues=0),
    "containment 1": _set("links", 1, containment=1),
    "a type without volume and without links": lambda settings, rows: (
        _add("types", contact_type="old", aht_s=60)(settings, rows),
        _set("links", 0, contact_type="orders")(settings, rows),
        _add("links", contact_type="claims", channel="phone", csat=0.9)(settings, rows),
        rows.pop("today"),
    ),
    "minimum only where the channel is there": _set("channels", 2, available_from="2026-02"),
}


@pytest.mark.parametrize("name", NEIGHBOURS)
def test_no_fault_beside_it(name, build_mix, settings, rows):
    NEIGHBOURS[name](settings, rows)
    case = build_mix(settings, **rows)
    assert case.shape[2] == 2


def test_a_channel_that_comes_later_grows_to_its_caps(build_mix, settings, rows):
    settings["periods"] = {"first": "2026-01", "count": 4}
    rows["channels"][2]["min_contacts"] = 0
    rows["channels"][1] |= {"available_from": "2026-02", "ramp_periods": 2}
    case = build_mix(settings, **rows)
    assert case.channels.ramp[1].tolist() == [0, 0.5, 1, 1] and case.channels.ramp[0].tolist() == [1, 1, 1, 1]
    bot = np.flatnonzero(case.links.channel == 1)[0]
    assert case.flow_bound[bot, 0].tolist() == pytest.approx([0, 0.8 * 0.5 * 540, 0, 0])


def test_gold_has_no_link_that_ends_without_a_person(build_mix, settings, rows):
    rows["links"].append({"contact_type": "orders"} | WEB)
    rows["channels"].append({"channel": "web", "kind": "self_service"})
    case = build_mix(settings, **rows)
    web, bot = case.links.channel == 3, case.links.channel == 1
    assert case.open_to[web].tolist() == [[True, False]] * 2 and case.open_to[bot].all()
    assert case.escalated[bot].tolist() == [pytest.approx([0.15, 0.3]), pytest.approx([0.3, 0.4])]
    assert case.lost[bot][:, 1].tolist() == [0, 0] and (case.flow_bound[web][:, 1] == 0).all()


def test_todays_rows_for_single_cells_hold_first(build_mix, settings, rows):
    rows["today"] += [
        {"contact_type": "orders", "segment": "hard", "tier": "gold", "channel": "phone", "share": 1},
        {"contact_type": "orders", "segment": "easy", "channel": "bot", "share": 1},
    ]
    case = build_mix(settings, **rows)
    shares = {(case.segments.name[s], case.channels.name[h]): tuple(row) for s, h, row in zip(
        case.links.segment, case.links.channel, case.today, strict=True)}  # fmt: skip
    assert shares["easy", "bot"] == (1, 1) and shares["easy", "phone"] == (0, 0)
    assert shares["hard", "phone"] == (0.7, 1) and shares["hard", "bot"] == (0.2, 0)


def test_a_share_of_nothing_may_name_a_channel_without_a_link(build_mix, settings, rows, said):
    plain = build_mix(settings, **rows).today
    rows["today"].append({"contact_type": "claims", "channel": "bot", "share": 0})
    assert (build_mix(settings, **rows).today == plain).all()
    rows["today"][-2:] = [rows["today"][-2] | {"share": 0.9}, rows["today"][-1] | {"share": 0.1}]
    assert said(settings, rows)[0].startswith("today.csv:6:channel: 'bot': links.csv has no row")


TABLE = [
    {"pool": "desk", "service_level": level, "load_hours_per_week": load, "cost_per_week": cost}
    for level, costs in ((0.8, (0, 500, 900)), (0.9, (0, 600, 1000)))
    for load, cost in zip((0, 10, 30), costs, strict=True)
]


def test_the_cost_table_of_a_pool_is_chosen_by_its_service_level(build_mix, settings, rows, said):
    rows["pool_costs"] = [*TABLE, TABLE[0] | {"pool": "elsewhere"}]
    settings["people"] = {"cost_from": "cost_table"}
    assert said(settings, rows) == [
        "mix.yaml:service_target: is blank, and pool desk is tabulated for 0.8, 0.9; choose one of them"
    ]
    assert said(settings | {"service_target": 0.85}, rows)[0].startswith(
        "mix.yaml:service_target: '0.85': pool desk is"
    )
    case = build_mix(settings | {"service_target": 0.9}, **rows)
    assert case.table_of(0).cost_per_week.tolist() == [0, 600, 1000]
    assert case.table_of(0, 0.8).cost_per_week.tolist() == [0, 500, 900]
    assert case.notes == ("pool_costs.csv: elsewhere serve nothing in the mix and are left out",)
    with pytest.raises(KeyError, match="0 cost tables for service level"):
        case.table_of(0, 0.5)


def test_a_cost_table_never_falls(settings, rows, said):
    rows["pool_costs"] = [*TABLE[:2], TABLE[2] | {"cost_per_week": 499}, TABLE[2]]
    falls, twice = said(settings, rows)
    assert falls.startswith("pool_costs.csv:4:cost_per_week: '499': is below the 500 of a smaller load (row 3)")
    assert twice.startswith("pool_costs.csv:5:load_hours_per_week: 'desk, 0.8, 30.0': the same pool")


def test_periods_may_be_named(build_mix, settings, rows):
    settings["periods"] = [{"name": "2026-01", "days": 28}, {"name": "2026-02", "days": 35}]
    assert build_mix(settings, **rows).days.tolist() == [28, 35]


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("periods", {"first": "2026-13", "count": 2}, "mix.yaml:2:periods"),
        ("periods", [{"name": "a", "days": 1}, {"name": "a", "days": 1}], "two have the same name"),
        ("periods", [], "give 1 to 120"),
        ("csat_floor", 1.5, "csat_floor: '1.5': must be less than or equal to 1"),
        ("csat_flor", 0.8, "csat_flor: is no setting here; did you mean csat_floor?"),
        ("currency", "euros", "three letters"),
        ("people", {"by_pool": {"desk": -3}}, "desk: -3 must lie between"),
        ("change", {"max_share": 2}, "change.max_share: '2': must be less than or equal to 1"),
    ],
)
def test_settings_out_of_range_are_faults(tmp_path, settings, rows, key, value, words):
    with pytest.raises(InputFaults) as found:
        read_mix(
            write(tmp_path / "mix", {"name": "x", "periods": {"first": "2026-01", "count": 2}} | {key: value}, rows)
        )
    assert any(words in str(fault) for fault in found.value.faults), str(found.value)
    assert all(fault.file == "mix.yaml" for fault in found.value.faults), str(found.value)


def test_files_that_are_not_there(tmp_path):
    with pytest.raises(InputFaults, match="is no folder"):
        read_mix(tmp_path / "nowhere")
    (tmp_path / "mix.yaml").write_text("name: x\nperiods: {first: 2026-01, count: 1}\n")
    with pytest.raises(InputFaults) as found:
        read_mix(tmp_path)
    assert {fault.file for fault in found.value.faults} == {"types.csv", "volumes.csv", "channels.csv", "links.csv"}


def test_columns_that_hold_no_name_at_all_are_read(tmp_path, settings, rows):
    """A pool that nothing names, a segment without a name: faults with their row, no error of the reader."""
    for row in rows["types"]:
        row["pool"] = None
    rows["segments"][1]["segment"] = None
    rows["links"][2]["segment"] = "esy"
    with pytest.raises(InputFaults) as found:
        read_mix(write(tmp_path / "mix", settings, rows))
    places = {(fault.file, fault.row, fault.column) for fault in found.value.faults}
    assert {("segments.csv", 3, "segment"), ("links.csv", 2, "pool"), ("links.csv", 4, "segment")} <= places


def test_tables_without_rows_are_said_or_empty(tmp_path, settings, rows):
    folder = write(tmp_path / "mix", settings, rows)
    for name in ("price_tiers", "pool_costs", "today"):
        (folder / f"{name}.csv").write_text(
            {"price_tiers": "channel,from_contacts,unit_price", "today": "contact_type,channel,share"}.get(
                name, "pool,service_level,load_hours_per_week,cost_per_week"
            )
            + "\n"
        )
    case = read_mix(folder)
    assert case.today is None and case.price_tiers == () and case.cost_tables == ()
    (folder / "channels.csv").write_text("channel,kind\n")
    with pytest.raises(InputFaults, match=r"channels\.csv: has no rows; add at least one"):
        read_mix(folder)
