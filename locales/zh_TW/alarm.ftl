## The books' alarm

error-books-wrong = 帳目正在核對，暫時不接受新的請求；沒有扣除代幣。請稍後再試。
command-resume = 重新接受請求
