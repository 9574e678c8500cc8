"""Polite web search: what was found is kept, and requests take turns."""
