"""Changing the files of the workspace: safely, whole or not at all, and shown as a diff."""
