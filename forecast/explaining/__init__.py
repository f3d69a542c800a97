"""What a network does, made visible: its steps, its memory, its windows, and lessons on small networks."""
