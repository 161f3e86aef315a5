"""Codes for what was said: ICD-10-CM, RxNorm, LOINC, CVX and UCUM, each from a table that ships with the program.

Owns the look-ups and the ranked pick list. Knows nothing of notes, of how a name was found or of how a code leaves.
"""
