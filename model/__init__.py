"""One network: what it is, how it is trained and how it is judged. Nothing here knows Ray."""
