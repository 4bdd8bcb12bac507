"""Tests with real parts: sockets, threads, media, and ALSA on a sound server."""
