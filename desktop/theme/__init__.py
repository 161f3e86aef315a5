"""How the window looks: colour tokens, type, icons and the one style sheet built from them."""
