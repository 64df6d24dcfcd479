"""Foundation: roles and buckets that products rely on, deployed with CloudFormation."""
