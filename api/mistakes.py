"""What a user of the command line can get wrong here; everything else that can be wrong has a type of its own below."""

from __future__ import annotations


class Mistake(ValueError):
    """What was asked for cannot be done; the text says why and what to write instead. Exit code 2."""
