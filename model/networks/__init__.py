"""The networks there are, and what they are made of."""
