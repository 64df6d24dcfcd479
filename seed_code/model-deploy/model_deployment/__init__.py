"""What the project's pipeline runs: build, deploy, check. Only boto3 and the standard library."""
