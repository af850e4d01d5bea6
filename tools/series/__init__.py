"""Random series rewritten, compared with what git rebase makes of them."""
