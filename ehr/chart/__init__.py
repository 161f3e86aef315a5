"""The chart's types: patient, encounter, note, entry. Standard library only."""
