"""Can the rules of a channel mix be kept at all? Only what is plain from the caps themselves, contract by contract."""

from __future__ import annotations

import numpy as np

from models.faults import FaultLog
from models.mix import tables
from models.mix.case import MixCase
from models.mix.case_checks import TOLERANCE

_CHANNELS, _LINKS = str(tables.CHANNELS.name), str(tables.LINKS.name)


def check_reach(case: MixCase, channel_lines: dict[str, int], log: FaultLog) -> None:
    """Record contact types that cannot be served in full, and contract minima that nothing could fill.

    Parameters
    ----------
    case : MixCase
    channel_lines : dict of str to int
        Row of each channel in channels.csv.
    log : FaultLog
    """
    _check_served(case, log)
    most = np.minimum(most_contacts(case), case.channels.max_contacts)
    least = case.channels.min_contacts
    for channel, name in enumerate(case.channels.name):
        short = np.flatnonzero(most[channel] < least[channel] * (1 - TOLERANCE))
        if short.size:
            period = int(short[0])
            message = (
                f"at most {most[channel, period]:,.0f} contacts could come in {case.periods[period]}, by the adoption"
                " caps of links.csv and the volumes; lower the minimum, or raise the caps"
            )
            value = f"{least[channel, period]:g}"
            log.add(_CHANNELS, channel_lines.get(name), "min_contacts", value, message, kind=f"minimum of {name}")


def most_contacts(case: MixCase) -> np.ndarray:
    """Most contacts that a channel could have by the adoption caps alone; shape (H, T).

    First served ones up to the cap of every link, and everything that could escalate to it from elsewhere.
    """
    most = np.zeros((len(case.channels.name), len(case.periods)))
    flow = np.minimum(case.flow_bound, _all_issues(case))
    np.add.at(most, case.links.channel, flow.sum(axis=1))
    target = case.channels.escalates_to[case.links.channel]
    goes_on = target >= 0
    np.add.at(most, target[goes_on], (flow * case.escalated[:, :, None]).sum(axis=1)[goes_on])
    return most


def _all_issues(case: MixCase) -> np.ndarray:
    """Contacts on each link if it took every issue of its segment; shape (L, C, T)."""
    all_of_it = case.segment_issues[case.links.segment] / (1 - case.links.recontact)[:, None, None]
    return np.asarray(all_of_it)


def _check_served(case: MixCase, log: FaultLog) -> None:
    """Record each contact type of which some issues could be served nowhere, with the first such period."""
    reached = case.flow_bound * (1 - case.links.recontact)[:, None, None]
    settled = np.zeros_like(case.segment_issues)
    np.add.at(settled, case.links.segment, reached)
    short = settled < case.segment_issues * (1 - TOLERANCE)
    for kind, name in enumerate(case.contact_types):
        rows = np.flatnonzero(case.segments.contact_type == kind)
        places = np.argwhere(short[rows])
        if len(places):
            row, tier, period = places[0]
            segment, share = rows[row], settled[rows[row], tier, period] / case.segment_issues[rows[row], tier, period]
            message = (
                f"the adoption caps of segment {case.segments.name[segment]} reach {share:.0%} of tier"
                f" {case.tiers.name[tier]} in {case.periods[period]} (others may be short too); raise the caps to 100 %"
                " in sum, or add a channel"
            )
            log.add(_LINKS, None, "adoption_cap", name, message, kind=f"caps of {name}")
