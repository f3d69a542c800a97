"""The verbs of data sets: one file after another, or several at once, in bounded memory."""
