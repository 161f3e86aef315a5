"""From sound to draft, as the window drives it: recording, importing, transcribing, drafting. All in other
processes.
"""
