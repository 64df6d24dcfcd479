"""The embedded AWS: moto as a server on loopback, completed where it stops short.

Every module that completes a service has an `install()`; `local_aws.install.install()` calls them
all, once per process. What our products and publisher do not call answers "not implemented" by
name, never a silent success.
"""
