"""The text under review: the note, its changes and the transcript below it."""
