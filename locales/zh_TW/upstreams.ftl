command-upstreams = 上游伺服器及其金鑰
