"""The values that all else stands on, and their laws."""
