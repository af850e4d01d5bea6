"""What is printed: findings as values, and the words for them."""
