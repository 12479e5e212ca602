"""The scale under two answers: the verdict, its rows, live and final, and all numbers behind them."""
