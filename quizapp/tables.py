"""Every table, named once, so that migrations see all of them."""
