"""What the world does: calculators and records for service operations, without any solver.

Nothing in this package imports ``optimizer``, a command line or a solver. ``__version__`` below is the only place
where the version is written; the build reads it from here.
"""

__version__ = "0.1.0"
