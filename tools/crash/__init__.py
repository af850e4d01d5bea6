"""gitsplit killed at random moments: the next start finds one history, whole."""
