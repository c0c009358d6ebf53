"""How the installation stands: probes, metrics, the status page's figures (docs/operating.md)."""
