"""Verification of rosters, from their files and those that they were made from."""

from __future__ import annotations

from models.verification.rosters.check import check_roster
from models.verification.rosters.folder import NEEDED, RECORD

__all__ = ["NEEDED", "RECORD", "check_roster"]
