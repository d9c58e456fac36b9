"""Calculators of `servopt calc`: one module each, whose click command is named `command`.

`calc NAME` imports the module NAME (high-low is high_low.py) alone, so that a new calculator is one new file.
"""
