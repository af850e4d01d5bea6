"""Reasons why two pieces of a commit belong together or apart, each in one function.

A signal looks at two pieces and gives a number; what the numbers are worth is learned
(:mod:`gitsplit.proposal.weights`). Where a signal decides, it has words for why.
"""
