"""Today's mix as flows: what would happen if every period went on as now."""

from __future__ import annotations

import numpy as np

from models.mix.case import MixCase
from models.mix.records import Floats


def today_flow(case: MixCase) -> Floats | None:
    """Flows of today's mix in every period; shape (L, C, T), None when it is not known.

    The contacts of a segment and tier are those that settle its issues: N = V / (1 - sum of recontact x share). Whether
    today's mix keeps adoption caps, contracts or floors is not looked at: it is what happens now.
    """
    if case.today is None:
        return None
    again = np.zeros((len(case.segments.name), len(case.tiers.name)))
    np.add.at(again, case.links.segment, case.today * case.links.recontact[:, None])
    contacts = case.segment_issues / (1 - again)[:, :, None]
    flow: Floats = case.today[:, :, None] * contacts[case.links.segment]
    return flow


def channel_share(case: MixCase, flow: Floats) -> Floats:
    """Share of a contact type's contacts that are first served in each channel; shape (I, H, T), NaN without any."""
    sums = np.zeros((len(case.contact_types), len(case.channels.name), len(case.periods)))
    np.add.at(sums, (case.segments.contact_type[case.links.segment], case.links.channel), flow.sum(axis=1))
    total = sums.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(sums, total, out=np.full_like(sums, np.nan), where=total > 0))
