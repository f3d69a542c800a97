"""What a user asks for and what a model is: frozen values that check themselves."""
