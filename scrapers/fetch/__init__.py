"""Answers to requests: the polite web client, an archive folder, a local clone."""
