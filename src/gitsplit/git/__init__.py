"""The only room that talks to git: pygit2 for objects, the program for the rest."""
