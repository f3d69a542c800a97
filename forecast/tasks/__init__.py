"""One task for each kind of target: plan, backtests, scores, verdict."""
