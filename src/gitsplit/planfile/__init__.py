"""The plan file: its schema, JSON in and out, and whether it fits a commit."""
