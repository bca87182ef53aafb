"""What the browser tests and the benchmark share."""
