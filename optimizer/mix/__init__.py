"""The channel mix: which contacts go to people, bots, self-service and an outsourcer, at the least cost.

Sets
    t periods, i contact types, s segments of a type, c customer tiers, h channels, p pools, l links (segment, channel)

Given (`models.mix.case`)
    issues[s,c,t], cap[l], ramp[h,t], rho[l] (come back), containment[l], escalated[l,c], lost[l,c], csat[l],
    handle time of a contact that is first served on l, and of one that escalates from l

Decisions
    share[l,c,t]        settled share: part of the issues of a segment and tier that is settled on link l, so that
                        contacts[l,c,t] = issues / (1 - rho) x share come in there
    first[c,t]          contacts of a tier, wherever first served; total the same of all, weighted by tier
    used[h,t]           contacts of a channel: first served there, or escalated to it
    of_type[i,t]        contacts of a type
    licences[h,t]       whole number
    opened[h,t]         0/1: the channel is used, and its fixed price is due
    band[h,t,k]         contacts in (incremental) or at (all units) price tier k, with 0/1 reached[h,t,k]
    level[p,t,k]        0/1: people of pool p are scheduled for the k-th tabulated workload

Objective
    people (by the hour or by the schedule's cost table) + contacts x unit prices + resolutions + fixed prices
    + licences + contacts that give up x their cost

Subject to
    balance             sum over links of share = 1, of every segment, tier and period
    adoption            share <= cap x ramp
    easy first          share of a harder segment <= share of the easier one beside it, in an automated channel
    csat                csat of all contacts, weighted by tier, >= csat_floor (horizon, or every period)
    tier csat           csat of a tier >= its csat_floor
    tier lead           csat of a tier >= overall csat + its csat_lead (horizon)
    bot cap             contacts first served by bots <= bot_cap x contacts of the tier, every period
    contacts            min_contacts <= used <= max_contacts
    change              |share of a channel in a type's contacts - today's| <= what may change by the period
    budget              cost <= budget, of the horizon and of a period
    staffing            workload of a pool <= the tabulated level that is paid
    licences            hours of contacts <= concurrency x licence_hours x licences

Floors and caps on ratios are multiplied out (quality - level x contacts >= 0), so that they are linear. The lead of a
tier over the overall satisfaction compares two ratios; `optimizer.mix.lead` searches on their common value.
"""
