"""Tests of what is known of models."""
