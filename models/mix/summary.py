"""What a channel mix case holds, in one small table."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.mix.case import MixCase
from models.mix.today import today_flow

COLUMNS = (
    "channel",
    "kind",
    "contact_types",
    "could_settle_share",
    "today_share",
    "min_contacts",
    "max_contacts",
)


def channel_summary(case: MixCase) -> pd.DataFrame:
    """Say for each channel how far it reaches and what it takes today.

    Parameters
    ----------
    case : MixCase

    Returns
    -------
    DataFrame
        `COLUMNS`: the number of contact types that may be first served there, the share of all issues of the horizon
        that its adoption caps let it settle, its share of today's contacts (None where today's mix is not known), and
        its bounds per period (the largest over the periods; None where there is no maximum).
    """
    links, rows = case.links, []
    reach = (case.flow_bound * (1 - links.recontact)[:, None, None]).sum(axis=(1, 2))
    issues = case.issues.sum()
    flow = today_flow(case)
    for channel, (name, kind) in enumerate(zip(case.channels.name, case.channels.kind, strict=True)):
        here = links.channel == channel
        most = case.channels.max_contacts[channel].max()
        rows.append(
            (
                name,
                kind,
                len(set(case.link_type[here].tolist())),
                float(reach[here].sum() / issues) if issues else 0.0,
                None if flow is None or not flow.any() else float(flow[here].sum() / flow.sum()),
                float(case.channels.min_contacts[channel].max()),
                float(most) if np.isfinite(most) else None,
            )
        )
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)
