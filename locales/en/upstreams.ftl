command-upstreams = Servers that answer, and their keys
