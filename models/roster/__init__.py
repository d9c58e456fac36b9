"""Rosters: who works which shift on which day.

Read in this order: ``records`` (shift types, rules, wishes, cover), ``case`` (everything known before the decision),
``totals``, ``stretches``, ``rests`` and ``rules`` (what each rule means, one function each), ``check`` (what a roster
breaks and costs), ``benchmark`` (reading the public benchmark format), ``answer`` (the roster that was decided, and its
file).
"""
