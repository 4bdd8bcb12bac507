"""Tests of callpoint.station."""
