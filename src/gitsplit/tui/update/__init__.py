"""What each action makes of the state: pure functions."""
