"""The voice engine beside what else could do its work: `scripts/bench`."""
