"""An evaluation while it runs and when it is over: scores, verdict, charts, questions."""
