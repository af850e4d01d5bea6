"""The only room that draws: a thin view over a pure state."""
