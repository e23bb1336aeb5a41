"""A look at digits: counts, doubts, duplicates, and a picture of them."""
