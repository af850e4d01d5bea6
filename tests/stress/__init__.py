"""A differential test against git: what gitsplit writes, computed a second time.

Nothing in here but :mod:`tests.stress.trial` uses gitsplit. What a plan means is
worked out from the design, ``git diff`` and ``git apply`` alone.
"""
