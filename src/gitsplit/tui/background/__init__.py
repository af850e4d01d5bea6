"""Work that goes on while the screen waits for a key."""
