"""Chaos: seeded runs in which nothing holds but what a call point promises."""
