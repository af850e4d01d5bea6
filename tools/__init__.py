"""Programs for those who work on gitsplit; ``./dev`` runs them."""
