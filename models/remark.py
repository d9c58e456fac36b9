"""Remarks: sentences that go with an answer, in words that can be translated."""

from __future__ import annotations


def remark(text: str, /, **values: object) -> str:
    """Say a sentence in English, the language of all files.

    Parameters
    ----------
    text : str
        The sentence as it stands in the catalogue of translations, with ``{name}`` where a value stands. A plain text
        and no f-string: whoever shows the sentence in another language finds it by this text.
    values : object
        What stands in its places; another remark may stand in one.
    """
    return text.format(**values) if values else text
