"""Previews of a proposal: what a dry run prints."""
