"""Splits pushed to a real Gerrit."""
