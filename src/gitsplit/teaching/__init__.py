"""Lessons in splitting: what one is, how a split is graded, and what is noticed."""
