"""What tables and progress bars look like in a terminal, here and in all that shows digits."""
