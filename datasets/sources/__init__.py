"""Where digits come from: each source lists its pictures, which are read when they are needed."""
