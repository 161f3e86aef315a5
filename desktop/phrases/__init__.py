"""The rooms of what a user has taught the program: auto-texts, words, and the list of what can be said."""
