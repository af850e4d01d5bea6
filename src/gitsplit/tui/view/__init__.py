"""What is in sight, as styled text: one module for each region of the screen."""
