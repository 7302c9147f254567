"""Tests of finding conversations."""
