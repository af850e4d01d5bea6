"""The rows of a diff: of a whole commit, and of one new commit of it."""
