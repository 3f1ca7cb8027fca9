"""A run over sources: plan, crawl, results and health of each source."""
