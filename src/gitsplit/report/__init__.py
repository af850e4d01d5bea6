"""What is printed: facts as values, and the words for them."""
