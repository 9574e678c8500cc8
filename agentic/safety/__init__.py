"""Limits on what a run may use, reach and run."""
