"""callpoint: a device with a button whose far end is a voice agent."""

__version__ = "0.1.0"
