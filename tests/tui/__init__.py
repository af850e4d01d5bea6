"""Tests of the screen: keys in, state or cells out."""
