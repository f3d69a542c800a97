"""How the networks in the package were trained: anyone can run it again."""
