"""Keeping the chart safe, and no longer than the clinic must: backup, retention, salvage."""
