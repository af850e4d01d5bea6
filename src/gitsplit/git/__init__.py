"""The only room that talks to git: pygit2 for objects and diffs, the program for the rest."""
