"""Cyclic rotations as closed walks: found, or proved impossible, by a small integer program.

Read in this order: ``network`` (the rules as states), ``circulation`` (the integer program), ``walk`` (from a
circulation to the line of days), ``engine`` (the whole, and why there is none).
"""
