"""Tests of single rooms; those of pure rooms run in microseconds."""
