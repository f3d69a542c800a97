"""The plan of a training: horizon, window, network and training by default, with the reasons."""
