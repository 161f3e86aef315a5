"""The steps by which the schema came to be, one module each. A step, once released, is never edited."""
