"""What surrounds work: signals, the folder's copy elsewhere, a disk that fails, the cluster."""
