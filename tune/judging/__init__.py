"""Who wins, and how well the winner reads."""
