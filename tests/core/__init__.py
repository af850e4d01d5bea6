"""Tests of the core: the laws as properties, and examples."""
