"""What is asked before an evaluation: models, question set, amount, protocol."""
