"""What a model needs and how fast it will be, asked of the engine before the model is loaded."""
