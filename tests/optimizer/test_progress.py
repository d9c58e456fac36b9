"""What a search tells: its figures, and not those of searches inside it."""

import math

from optimizer.progress import listening, muted, tell


def test_a_listener_hears_figures_and_infinite_ones_are_unknown():
    heard = []
    tell("nobody listens", best=1.0)
    with listening(heard.append):
        tell("search", best=math.inf, bound=3.0)
        tell("search", best=5.0)
    tell("nobody listens any more")
    assert [(one.words, one.best, one.bound) for one in heard] == [("search", None, 3.0), ("search", 5.0, None)]


def test_a_search_within_is_not_heard_but_for_bounds_that_hold_for_the_whole():
    heard = []
    with listening(heard.append):
        with muted():
            tell("inner", best=1.0, bound=0.0)
        with muted(but_bounds=True):
            tell("inner", best=1.0)
            tell("inner", best=1.0, bound=0.5)
    assert [(one.best, one.bound) for one in heard] == [(None, 0.5)]
