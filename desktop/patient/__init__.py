"""Whose chart it is: the banner on top and the dialog that chooses or adds a person."""
