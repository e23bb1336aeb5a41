"""What the driver of a sweep costs: `python -m benchmarks.driver`."""
