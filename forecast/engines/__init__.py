"""Work in parts, in this process, in several, or on a cluster."""
