"""Tests of what is proposed: the tree, numbers, order, and whole plans."""
