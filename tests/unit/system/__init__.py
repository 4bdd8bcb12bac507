"""Tests of callpoint.system."""
