"""A channel mix case as plain arrays: what the optimiser reads, and what the calculator prices flows with.

Index sets, each in a fixed order: periods t (T), contact types i (I), customer tiers c (C), channels h (H), pools p
(P), segments s (S; a row is a piece of one contact type that is about equally hard) and links l (L; a row says that
segment s may be first served in channel h). A flow is an array of shape (L, C, T): contacts that come in on a link, of
a tier, in a period. Everything that the mix costs or causes is linear in it, but for licences, fixed prices, price
tiers and the steps of the people's cost.

What happens to a contact that is first served on link l (all shares of those contacts):

- `containment` end there; `(1 - containment) * escalated_share` go on to the channel's `escalates_to` and are handled
  to the end there, with `escalation_extra_s` on top of the usual handling; the others give up: they are *lost*.
- `recontact` come back as a new contact of the same segment and tier in the same period, so that the new issues V of a
  segment are served when ``sum over its links (1 - recontact) * flow = V``.
- For a tier with `human_always` nobody gives up: the escalated share is 1 there, and links that could not escalate are
  closed to the tier (`open_to`).

The *contacts of a channel* are those first served in it and those that escalate to it. Unit prices, price tiers, fixed
prices, `max_contacts` and `min_contacts` are about these; a resolution price is about the contained ones, a licence
about those first served, the adoption cap about issues settled: ``(1 - recontact) * flow <= cap * ramp * V``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

import numpy as np

from models.mix.case_checks import TOLERANCE, misfits
from models.mix.records import (
    AUTOMATED,
    Bools,
    Channels,
    CostPlanes,
    CostTable,
    Floats,
    Ints,
    Links,
    PriceTiers,
    Segments,
    Tiers,
)
from models.mix.settings import MixSettings


@dataclass(frozen=True, eq=False)
class MixCase:
    """Everything that is known before the mix is decided.

    Parameters
    ----------
    settings : MixSettings
        mix.yaml.
    periods : tuple of str, length T
    days : ndarray, shape (T,)
        Length of each period.
    contact_types : tuple of str, length I
    lost_cost : ndarray, shape (I,)
        Currency per contact that gives up.
    pools : tuple of str, length P
    pool_cost_per_hour : ndarray, shape (P,)
        Currency per paid hour; paid hours are handling hours / ``settings.people.busy_share``.
    segments : Segments
    tiers : Tiers
    channels : Channels
    links : Links
    issues : ndarray, shape (I, C, T)
        New issues, before anybody comes back.
    price_tiers : tuple of PriceTiers
    cost_tables : tuple of CostTable
        Of every pool and service level that is tabulated; used with ``settings.people.cost_from: cost_table``.
    cost_planes : tuple of CostPlanes
        Of pools that have no tables then.
    today : ndarray, shape (L, C), or None
        Share of the contacts of a segment and tier that are first served on each link today; they sum to 1 over the
        links of the segment. None when today's mix is not known.
    notes : tuple of str
        Remarks that are no faults.

    Raises
    ------
    ValueError
        Listing everything that does not fit together.
    """

    settings: MixSettings
    periods: tuple[str, ...]
    days: Floats
    contact_types: tuple[str, ...]
    lost_cost: Floats
    pools: tuple[str, ...]
    pool_cost_per_hour: Floats
    segments: Segments
    tiers: Tiers
    channels: Channels
    links: Links
    issues: Floats
    price_tiers: tuple[PriceTiers, ...] = ()
    cost_tables: tuple[CostTable, ...] = ()
    cost_planes: tuple[CostPlanes, ...] = ()
    today: Floats | None = None
    notes: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        if wrong := misfits(self):
            raise ValueError("the mix case does not fit together: " + "; ".join(wrong))

    @property
    def shape(self) -> tuple[int, int, int]:
        """Shape (L, C, T) of a flow."""
        return len(self.links.segment), len(self.tiers.name), len(self.periods)

    @cached_property
    def segment_issues(self) -> Floats:
        """New issues of each segment; shape (S, C, T)."""
        issues: Floats = self.segments.share[:, None, None] * self.issues[self.segments.contact_type]
        return issues

    @cached_property
    def link_type(self) -> Ints:
        """Contact type of each link; shape (L,)."""
        return self.segments.contact_type[self.links.segment]

    @cached_property
    def open_to(self) -> Bools:
        """Which links a tier may use; shape (L, C): with `human_always` what is not contained must be able to go on."""
        stuck = (self.links.containment < 1) & (self.channels.escalates_to[self.links.channel] < 0)
        return ~(stuck[:, None] & self.tiers.human_always[None, :])

    @cached_property
    def flow_bound(self) -> Floats:
        """Most contacts that may come in on a link by its adoption cap and the ramp; shape (L, C, T)."""
        reached = self.links.adoption_cap[:, None] * self.channels.ramp[self.links.channel]
        settled = reached[:, None, :] * self.segment_issues[self.links.segment]
        bound: Floats = settled / (1 - self.links.recontact)[:, None, None] * self.open_to[:, :, None]
        return bound

    @cached_property
    def escalated(self) -> Floats:
        """Share of the contacts of a link that go on to a person; shape (L, C)."""
        goes_on = np.where(self.tiers.human_always[None, :], 1.0, self.links.escalated_share[:, None])
        able = self.channels.escalates_to[self.links.channel] >= 0
        share: Floats = np.where(able[:, None], (1 - self.links.containment)[:, None] * goes_on, 0.0)
        return share

    @cached_property
    def lost(self) -> Floats:
        """Share of the contacts of a link that give up; shape (L, C)."""
        share: Floats = np.maximum(0.0, (1 - self.links.containment)[:, None] - self.escalated)
        return share

    @cached_property
    def handle_s(self) -> Floats:
        """Agent time per contact that is first served on a link, 0 where no pool works on it; shape (L,)."""
        return np.where(self.links.pool >= 0, self._agent_s(self.links.channel), 0.0)

    @cached_property
    def escalation_handle_s(self) -> Floats:
        """Agent time per contact that escalates from a link, 0 where no pool works on it; shape (L,)."""
        target = np.maximum(self.channels.escalates_to[self.links.channel], 0)
        return np.where(self.links.escalation_pool >= 0, self._agent_s(target) + self.links.escalation_extra_s, 0.0)

    @cached_property
    def licence_hours(self) -> Floats:
        """Hours of a licence that a contact first served on a link takes, shared by its concurrency; shape (L,)."""
        h = self.links.channel
        return self.channels.duration_s[h] / 3600 / self.channels.concurrency[h]

    @cached_property
    def easy_pairs(self) -> Ints:
        """Links (easier, harder) of neighbouring segments of a type in an automated channel; shape (N, 2).

        Where a segment between has no link there, the next one that has is its neighbour; segments of the same order
        are not compared.
        """
        automated = self.channels.is_kind(*AUTOMATED)[self.links.channel]
        order = self.segments.order[self.links.segment]
        pairs = []
        keys = {(int(i), int(h)) for i, h in zip(self.link_type[automated], self.links.channel[automated], strict=True)}
        for i, h in sorted(keys):
            rows = np.flatnonzero((self.link_type == i) & (self.links.channel == h))
            levels = sorted(set(order[rows]))
            for easy, hard in pairwise(levels):
                pairs += [(a, b) for a in rows[order[rows] == easy] for b in rows[order[rows] == hard]]
        return np.array(pairs, dtype=np.int64).reshape(-1, 2)

    def table_of(self, pool: int, service_level: float | None = None) -> CostTable:
        """Cost table of a pool at a service level (default: the settings' target, or the only level there is).

        Raises
        ------
        KeyError
            If the pool has no table at that level.
        """
        level = self.settings.service_target if service_level is None else service_level
        found = [
            table
            for table in self.cost_tables
            if table.pool == pool and (level is None or abs(table.service_level - level) < TOLERANCE)
        ]
        if len(found) != 1:
            wanted = "one service level" if level is None else f"service level {level:g}"
            raise KeyError(f"pool {self.pools[pool]} has {len(found)} cost tables for {wanted}")
        return found[0]

    def _agent_s(self, channel: Ints) -> Floats:
        """Agent time of the links' segments in a channel of people each; shape (L,)."""
        aht_s = self.segments.aht_s[self.links.segment]
        seconds: Floats = aht_s * self.channels.aht_factor[channel] / self.channels.concurrency[channel]
        return seconds
