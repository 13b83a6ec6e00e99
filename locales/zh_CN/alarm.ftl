## The books' alarm

error-books-wrong = 账目正在核对，暂不接受新请求；没有扣除代币。请稍后再试。
command-resume = 重新接受请求
