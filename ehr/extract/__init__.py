"""The clinical facts in a written note: one spaCy component a module, configured by files in `resources/extract`."""
