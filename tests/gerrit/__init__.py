"""Splits pushed to a real Gerrit; not part of the suite, ``./dev gerrit`` runs them."""
