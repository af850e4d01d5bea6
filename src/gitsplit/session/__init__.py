"""One run of gitsplit: read, propose, edit, draft, write, move the refs.

The shell around the core. It decides in which order things happen, and leaves how to
the layers below.
"""
