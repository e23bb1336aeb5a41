"""Ray: the cluster, and what its workers do."""
