"""Every kind of repository, split through the command line, with git as the oracle."""
