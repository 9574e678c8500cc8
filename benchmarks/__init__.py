"""Figures of the memory, measured by its public interface: see README.md beside this file."""

__all__: list[str] = []
