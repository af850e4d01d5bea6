"""Proposals compared with the truth of real tangled commits, and learned from it."""
