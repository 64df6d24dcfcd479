"""Templates: Jinja to CloudFormation, linted, each finding at the line its author wrote."""
