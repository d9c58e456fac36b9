"""Rosters by lines of work: one column is what one employee works over the whole horizon.

Read in this order: ``network`` (an employee's rules as states and prices), ``kernel`` and ``pricing`` (the cheapest
legal line at given prices of cover), ``master`` (which lines are taken), ``relaxation`` (linear bound by column
generation), ``beginning``, ``diving`` and ``neighbourhoods`` (whole lines), ``engine`` (the whole, within a time),
``conflict`` (why somebody has no legal line), ``result`` (the roster that people read).
"""
