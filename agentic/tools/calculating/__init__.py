"""Exact arithmetic, with units."""
