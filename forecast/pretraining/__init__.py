"""How the pretrained networks of the package were trained; anyone can train them again."""
