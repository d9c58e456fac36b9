"""What C code prints by itself stays off the screen; what Python prints afterwards does not."""

import os

import pytest

from optimizer.cli.quiet import quiet_solver


def test_only_what_is_printed_meanwhile_is_lost(capfd):
    print("before")
    with quiet_solver():
        os.write(1, b"noise\n")
    print("after")
    assert capfd.readouterr().out.split() == ["before", "after"]


def test_an_error_gives_the_screen_back(capfd):
    with pytest.raises(ValueError, match="stop"), quiet_solver():
        raise ValueError("stop")
    print("after")
    assert capfd.readouterr().out == "after\n"
