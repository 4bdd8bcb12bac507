"""The clients that the bench compares, each a program; see `contract`."""
