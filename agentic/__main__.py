"""`python -m agentic`."""

from agentic.console.cli import main

__all__: list[str] = []

if __name__ == "__main__":
    main()
