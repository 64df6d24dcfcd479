"""The catalog pipeline: from a folder under `products/` to an immutable Service Catalog version.

Read `pipeline` first: it tells the whole story in the order in which it happens.
"""
