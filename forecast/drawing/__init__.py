"""Pictures of series, forecasts and backtests: in the terminal, as PNG, SVG and HTML."""
