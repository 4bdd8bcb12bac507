"""The client of the vendor's voice agents, usable alone as a library."""
