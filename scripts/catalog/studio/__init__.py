"""Studio: what a data scientist finds there, and why something is missing."""
