"""A look at digits: counts, doubts, copies, and a picture of them."""
