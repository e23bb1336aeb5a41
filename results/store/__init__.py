"""The folder of a sweep, and one reader and writer for each file in it."""
