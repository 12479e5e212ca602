"""Measurements that print ratios taken in one run; no test asserts a time. `make bench` runs them all."""
