"""A trained network reads pictures."""
