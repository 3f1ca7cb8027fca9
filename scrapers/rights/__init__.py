"""Rights of the people found: opt-outs, retention, notice, contact, and the audit log."""
