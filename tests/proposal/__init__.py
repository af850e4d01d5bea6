"""What is proposed, and by what signals."""
