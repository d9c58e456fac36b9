"""What the world does: records and calculators as plain functions, without any solver.

Part of servopt, installed beside its sibling package `optimizer`.
"""

__version__ = "0.1.0"
