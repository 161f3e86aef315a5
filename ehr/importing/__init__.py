"""Lists of patients from other systems, read with a reason for every line that is refused."""
