"""One observation after another: features, hidden state and forecasts are updated, not computed again."""
