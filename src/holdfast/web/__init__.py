"""Pages, JSON API and live sockets: what a person sees and touches."""
