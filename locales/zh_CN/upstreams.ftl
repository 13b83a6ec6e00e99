command-upstreams = 上游服务器及其密钥
