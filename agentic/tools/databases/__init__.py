"""Databases that can only be read: one file an engine, and what is shown of them."""
