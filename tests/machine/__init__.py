"""Attempts against a model: phones, worker, clock and restarts in any order."""
