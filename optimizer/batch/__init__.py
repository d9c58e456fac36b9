"""Many scenarios: resumable, on the processes of one machine or on a Dask cluster.

`request` reads what is asked for (folders, a grid, a table of overrides: `job_table`) into the jobs of `records`;
`overrides` changes settings and tables by their dotted paths; `commands` says what can be run on a scenario, and `work`
runs it in a worker. With `Options.brief` a command that is `commands.Quick` finds the figures of a scenario from a
solved one that it is like (`mixes`). `pool` and `cluster` are the two places where workers live. `results` is the
folder of answers, `table` all its figures, `manifest` what ran where. `run` brings them together, and `summary` groups
and ranks. `kept` holds what a worker has read until it runs it, `reuse` what scenarios have in common: `formats` writes
it, `parts` and `keys` tell contents apart, and `points` are those of cost tables.
"""
