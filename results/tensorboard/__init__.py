"""What TensorBoard shows of a sweep."""
