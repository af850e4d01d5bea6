"""One run of gitsplit: read, propose, edit, check, write, move the refs."""
