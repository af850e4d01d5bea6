"""What works while the screen waits for a key."""
