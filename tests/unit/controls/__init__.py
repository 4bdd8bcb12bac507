"""Tests of callpoint.controls."""
