"""Clinical words that a speech model misheard: what could have been said instead, and how sure that is.

Owns pronunciations, the phonetic search of the clinical lexicon and the decision on each candidate. Knows no speech
model: the sound is asked through `transcriber.transcript.SpanScorer`, which the composition root provides.
"""
