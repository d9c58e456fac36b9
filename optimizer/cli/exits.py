"""Exit codes of the commands, as `servopt --help` tells them."""

SOME_FAILED = 1
"""Of a batch."""

BAD_INPUT = 3
INFEASIBLE = 4
NO_PLAN = 5
SOLVER_FAILED = 6
NOT_VERIFIED = 7
INTERRUPTED = 130
BROKEN_PIPE = 141
"""As a shell counts who is ended by it: 128 + SIGPIPE."""
