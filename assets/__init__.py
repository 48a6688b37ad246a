"""The library: files, what is known of them, how they are found. Knows nothing of the studio."""
