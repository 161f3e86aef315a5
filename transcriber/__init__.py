"""Sound in, words out.

Owns recordings, audio decoding, speech detection, speech recognition and the transcript types. Knows no window, no
medicine, no chart, and no network except the installation of a model that the user asked for.
"""
