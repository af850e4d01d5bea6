"""What the programs in ``tools/`` find, on small runs."""
