"""Tests of the package that turns files into passages."""
