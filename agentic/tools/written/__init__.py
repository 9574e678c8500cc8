"""Tool calls that stand in a text."""
