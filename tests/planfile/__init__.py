"""The plan file read, written and fitted to a commit."""
