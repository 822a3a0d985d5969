"""One module per page or family of pages; each handler is a plain function from a call to a response."""
