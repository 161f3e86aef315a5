"""Keys that work while another program is in front: which may be chosen, and how each desktop hands them over."""
