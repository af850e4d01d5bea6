"""Everything that a frame of the screen depends on, as one immutable value."""
