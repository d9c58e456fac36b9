"""Rosters by lines of work: one column is what one employee works over the whole horizon.

Read in this order: ``machines`` and ``counting`` (rules as machines with states), ``contracts`` (which machines an
employee has), ``layers``, ``building`` and ``network`` (their states as a network, shared by people with the same
rules), ``windows`` (the part of a network in which a given line changes on some days only), ``costs_to_go``,
``partial_lines``, ``kernel`` and ``pricing`` (the cheapest legal line at given prices of cover), ``master`` (which
lines are taken), ``relaxation`` and ``aggregate`` (linear bound by column generation, by person or by groups of
people), ``beginning``, ``diving``, ``neighbourhoods`` and ``sweeps`` (whole lines, also of some weeks only), ``engine``
(the whole, within a time), ``conflict`` (why somebody has no legal line), ``explain`` (what soft rules cost),
``result`` (the roster that people read).
"""
