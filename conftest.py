"""Loads the plugin that gives pytest its options and its manners here (see dojo/plugin.py)."""

pytest_plugins = ["dojo.plugin"]
