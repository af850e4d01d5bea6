"""The command line: options in, what is printed out, errors to an exit status."""
