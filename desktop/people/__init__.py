"""Who sits at the window: unlocking, locking, users and emergency access."""
