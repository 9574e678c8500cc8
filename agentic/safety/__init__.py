"""Limits on what a run may do."""
