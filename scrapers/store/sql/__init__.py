"""Access to the database: engine, tables, rows, locks."""
