"""How well a network reads, and how sure it may say it is."""
