"""The browser's side of the service: pages, their script and style, and the routes that serve them."""
