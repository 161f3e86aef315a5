"""Hands and feet: pedals, hand-held dictation microphones, held keys and mouse buttons, and what each one does."""
