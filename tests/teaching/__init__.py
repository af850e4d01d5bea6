"""Lessons: grading, what is noticed, and those that come with gitsplit."""
