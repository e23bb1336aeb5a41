"""A sweep in the terminal's tables, or in JSON."""
