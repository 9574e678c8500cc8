"""What `memory.store` is made of: items as records, and the filters that LangGraph knows."""

__all__: list[str] = []
