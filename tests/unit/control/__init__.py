"""Tests of callpoint.control."""
