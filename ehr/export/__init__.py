"""Entries in the shapes that other programs read."""
