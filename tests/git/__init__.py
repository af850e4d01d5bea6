"""Tests of the layer that talks to git."""
