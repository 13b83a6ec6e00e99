command-upstreams = Серверы моделей и ключи к ним
