"""What train does when it is told nothing, and why."""
