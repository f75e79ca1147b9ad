"""Makers of test objects, one file a feature: complete and valid, the test says the rest."""
