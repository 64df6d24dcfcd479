"""Reads what a pipeline is about to deploy and names what must not be. Only boto3 and Python."""
