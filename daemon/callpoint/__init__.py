"""callpoint: a device with a button whose far end is a voice agent."""

__version__ = "0.1.0"

RELEASED = "2026-11-25"
"""Of this version: a device whose clock is earlier has a wrong clock."""
