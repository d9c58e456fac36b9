"""A scenario folder that is read and solved in a moment: one month, three channels, two tiers."""

import pytest

pytest.importorskip("ruamel.yaml", reason="the extra servopt[web] is not installed")

FILES = {
    "mix.yaml": "# what a planner wrote\nname: Desk\nperiods: {first: 2026-01, count: 1}\ncsat_floor: 0.79 # agreed\n"
    "solve: {time_limit_s: 20}\n",
    "types.csv": "contact_type,pool,lost_cost\norders,desk,5\n",
    "segments.csv": "contact_type,segment,order,share,aht_s\norders,easy,1,0.5,120\norders,hard,2,0.5,480\n",
    "volumes.csv": "period,contact_type,tier,issues\n2026-01,orders,gold,5000\n2026-01,orders,standard,20000\n",
    "tiers.csv": "tier,weight,csat_floor\ngold,3,0.8\nstandard,1,\n",
    "channels.csv": "channel,kind,unit_price,escalates_to\nphone,human_live,0.1,\nbot,bot,0.1,phone\n"
    "partner,outsourced,2.5,\n",
    "links.csv": "contact_type,channel,adoption_cap,containment,escalated_share,recontact_share,csat\n"
    "*,phone,,,,0.1,0.85\n*,bot,0.5,0.6,0.9,,0.7\n*,partner,,,,0.15,0.75\n",
    "today.csv": "contact_type,channel,share\norders,phone,0.9\norders,bot,0.1\n",
}


@pytest.fixture
def desk(tmp_path):
    """Folder with the scenario."""
    folder = tmp_path / "desk"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text)
    return folder
