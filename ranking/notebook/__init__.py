"""Tables and plots for a notebook."""
