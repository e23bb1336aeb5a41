"""What a network is computed on: the device, its memory, the processor's settings."""
