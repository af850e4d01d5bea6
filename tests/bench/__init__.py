"""How good proposals are, measured on tangled commits from real histories."""
