"""Whole series rewritten, beside what ``git rebase`` makes of them."""
