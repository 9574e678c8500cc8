"""Ready-made agents: every module here has an `agent`."""
