"""Tests of sums, estimates and how they are written."""
