"""Tests of agentic.tools."""
