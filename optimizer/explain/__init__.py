"""Why there is no schedule: the demands and limits that exclude each other, and the cheapest way out, in words.

First the intervals in which no shift can have anyone on duty: no other rule matters there. Every other part of the
problem without a schedule is taken apart on its linear program with a slack for every rule and day. Rules are waived
one after the other; those that cannot be waived without making the rest possible are a conflict (a smallest one, by
deletion). The smallest sets of rules that resolve all conflicts are found by Reiter's hitting set tree. For each set
the program says how far its rules must give way, and a search with whole people checks it: what is suggested works.

Source: Reiter 1987, A theory of diagnosis from first principles, Artificial Intelligence 32(1).
"""

from __future__ import annotations

from optimizer.explain.run import Explanation, explain
from optimizer.explain.words import Wording

__all__ = ["Explanation", "Wording", "explain"]
