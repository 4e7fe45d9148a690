"""Systems trained and measured side by side: the table of ours, the peers and the references."""
