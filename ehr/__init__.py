"""Words in, chart entries out.

Owns the written note, the clinical facts in it, their codes, and the encrypted chart they are filed in. Knows no
window, no sound device and no speech model: of `transcriber` it imports the transcript types alone.
"""
