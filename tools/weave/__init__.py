"""Random and real ranges of commits split again at random, compared with git."""
