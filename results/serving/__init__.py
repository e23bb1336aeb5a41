"""A page and an API that read digits, on this machine."""
