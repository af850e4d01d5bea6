"""The command line: options to a call, words out, errors to an exit status."""
