"""A whole conversation to watch: daemon, simulator, and a finger on the button."""
