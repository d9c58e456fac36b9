"""Agents with several skills: how many of each group, and in which shifts, so that every queue keeps its promise.

No formula gives the service of a queue whose agents serve others too, so two things take its place. Sets of queues give
rows that every answer must keep as long as pooling never hurts (``teams``): they make the first answer, and the bound.
Simulation judges an answer, and where a queue fails, says what one more head of each group would gain there; that
bounds the queue's service from above and goes back into the integer program (``simulated``), round by round.

``staffing`` is one interval for itself, ``schedule`` the shifts of days, ``value`` what a skill is worth.
"""
