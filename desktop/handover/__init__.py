"""Handing a dictation to a colleague, and taking one over: the files, and the dialogs of the window."""
