"""The History page: what was compared before."""
