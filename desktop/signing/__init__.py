"""Reviewing, signing and the history of a dictation in the window."""
