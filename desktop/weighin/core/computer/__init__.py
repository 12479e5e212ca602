"""This computer as values, and arithmetic on its cores and memory."""
