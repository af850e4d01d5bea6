"""Tests of the signals: what two pieces have to do with each other."""
