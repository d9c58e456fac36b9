"""The shift schedule: which shifts, when, with which breaks, for how many people.

Read in this order: ``problem`` (what is decided), ``rows`` (the rows, and the columns that are no shifts), ``patterns``
(shifts with their breaks as columns), ``pricing`` and ``relaxation`` (linear bound by column generation), ``exact`` and
``integer`` (whole people), ``components`` (independent parts), ``engine`` (the whole), ``from_scenario`` and
``from_tables`` (inputs), ``result`` (the plan that people read).
"""
