"""What a model needs and how fast it will be: plans, forecasts, verdicts, promises."""
