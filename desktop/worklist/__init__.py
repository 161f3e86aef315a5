"""The rail at the left: the day's dictations by what they wait for, and search."""
