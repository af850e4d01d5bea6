"""Case files: a small commit each, and what is to be proposed for it; see README.md."""
