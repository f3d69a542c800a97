"""What mypy must refuse: each line with a comment."""

import forecast

forecast.train("sales.csv", horizn=4)  # no such option
forecast.train("sales.csv", horizon="4")  # a text
forecast.predict("sales.csv", cell="transformer")  # no such cell
