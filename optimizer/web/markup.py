"""Texts of a scenario inside the page's markup."""

from __future__ import annotations


def attribute(text: str) -> str:
    """A text inside the double quotes of an element's property; what would end it is left out."""
    return text.replace("\\", " ").replace('"', "'").replace("\n", " ")
