"""Every action of the user: a room's handlers, and below them the rows that name them; `table` gathers the rows."""
