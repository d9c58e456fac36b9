"""The channel mix as data: which contacts there are, who could handle them, and what that costs."""
