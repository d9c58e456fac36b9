"""An independent check of a written plan: plain arithmetic on its files, on a code path of its own.

Nothing here is shared with what made the plan: files are read with csv, json and yaml, times with zoneinfo, queues with
the recursions of their Markov chains, pay minute by minute. What is shared is the meaning of the files, which stands in
the data dictionary.

`run` knows which checks there are, and each check is a file: `cover`, `shift_rules`, `limits`, `requirement`,
`service`, `deferred`, `cost`, `proof`; `mix` has those of a channel mix, `invest` those of a portfolio of initiatives,
`roster` those of a roster, `skills` those of a schedule of agent groups.
`findings` holds what a check says; `files`, `clock`, `inputs`, `rules`, `schedule`, `queue`, `load` and `pay` what
checks have in common.
"""

from models.verification.findings import Finding, Verification
from models.verification.run import verify_plan

__all__ = ["Finding", "Verification", "verify_plan"]
