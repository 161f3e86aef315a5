"""The facts at the right: what to check first, then everything found, grouped by kind."""
