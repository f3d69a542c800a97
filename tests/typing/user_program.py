"""A user's program: mypy must accept it, every type must be importable from `forecast`."""

import forecast


def run() -> None:
    """Train, predict, evaluate with the flags as keywords."""
    trained: forecast.Trained = forecast.train(
        "sales.csv", target="sold", horizon=4, known=["price"], cell="lstm", model="sales.forecast"
    )
    model: forecast.RecurrentForecaster = trained.model
    answer = forecast.predict("sales.csv", model=model, level=(80, 95))
    if isinstance(answer, forecast.Forecast):
        print(answer.to_frame().tail(), answer.lower.shape)
    result: forecast.EvaluationResult = forecast.evaluate("sales.csv", model=model, baseline=["naive"])
    scores: forecast.Scores = result.scores
    predictions: forecast.Predictions | None = result.predictions
    if predictions is not None:
        print(predictions.to_frame().head(), predictions.actual.shape)
    report: forecast.DataReport = forecast.check("sales.csv", season="m")
    reading: forecast.ReadResult = forecast.read([1.0, 2.0, 3.0], freq="day")
    panel: forecast.Panel = reading.panel
    print(scores.to_frame(), report.card, panel.lengths, forecast.repair("sales.csv").columns)
