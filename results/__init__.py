"""What a sweep leaves: its folder, its pages, the network that is taken away."""
