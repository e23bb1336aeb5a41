"""What several benchmarks need; nothing here is run by itself."""
