"""The machinery behind the katas: a thread scheduler, a pytest plugin and a command line."""
