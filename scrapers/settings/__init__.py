"""Configuration: the home folder, operator.toml, and strict reading of files."""
