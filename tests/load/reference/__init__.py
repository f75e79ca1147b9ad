"""The reference data: a nation's worth of units, people and results, as the product keeps them."""
