"""A plan for people to read: the page, the files and the summary on the screen. Nothing is decided here."""
