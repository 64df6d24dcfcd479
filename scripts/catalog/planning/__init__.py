"""Planning: what the catalog should hold, and the difference to what it holds. Pure."""
