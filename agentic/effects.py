"""What a call may do to the world."""

from typing import Literal

__all__ = ["CAREFUL", "Effect"]

Effect = Literal["reads", "writes", "network", "executes", "sends"]
"""Read it, change it, reach out over the network, run code, bring something to others such as a
message or an order."""

CAREFUL: frozenset[Effect] = frozenset({"writes", "executes", "sends"})
"""Effects that may change something."""
