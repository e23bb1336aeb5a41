"""What may vary in a sweep: TOML files, and the few lines that turn one into distributions."""

from search_spaces.errors import SpaceError
from search_spaces.reading import read_space, space_names
from search_spaces.space import SearchSpace

__all__ = ["SearchSpace", "SpaceError", "read_space", "space_names"]
