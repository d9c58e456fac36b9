"""Cyclic rotations: one line of weeks that everybody works through, each person one week further.

Read in this order: ``records`` (the case), ``reading`` (its files), ``check`` (what a rotation breaks and costs),
``weeks`` (the table that people read).
"""
