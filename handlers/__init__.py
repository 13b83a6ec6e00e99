"""The doors: unpack a request, call one function, say the result."""
