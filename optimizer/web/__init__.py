"""The page in a browser: a scenario is changed, solved, compared and exported (`servopt serve`)."""
