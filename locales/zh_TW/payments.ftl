## Other ways to pay than Stars

provider-button = { $tokens } 個代幣 · { $money }
provider-pay-button = 支付 { $money }
card-button = 💳 銀行卡轉帳：{ $tokens } 個代幣 · { $money }
card-pay = 請轉帳 { $money } 到這張卡，即可獲得 { $tokens } 個代幣：

    { $card }
    { $holder }

    接著把收據照片傳到這裡，並在照片下方寫上銀行的交易序號，會有專人核對。不想買了： /cancel
card-send-photo = 請傳送銀行收據的照片。不想買了： /cancel
card-send-reference = 謝謝。現在請寫下這筆轉帳的銀行交易序號。不想買了： /cancel
card-sent = 已轉交。專人核對收據後，代幣就會入帳。
card-rejected = ✖️ 您的收據未通過。如果您已付款，請聯絡 /support
card-order-over = 這筆訂單已付款或已過期，請重新開始： /buy
card-reference-used = 這個交易序號的收據已經有人傳送過。如果不是您，請聯絡 /support
card-photo-used = 這張照片已經傳送過。請重新開始： /buy ，並傳送這筆轉帳的收據。
card-sent-before = 這筆訂單的收據已經傳送過，正在由專人核對。
receipt-of-money = ✅ 已用 { $money } 購買 { $tokens } 個代幣。現在共有 { $left } 個。

    收據編號：{ $charge }
refund-by-hand = ✅ 代幣已收回，您的款項將由專人退還。
refund-asked-by-hand = 這筆款項需要人工退還，因此由專人決定。答覆會傳到這裡。
movement-purchase = 購買
movement-purchase-refund = 購買已撤銷
command-receipts = 待處理的收據
command-reverse = 收回一筆付款的代幣
plan-given-back = 您的訂閱有一個月已退款，因此訂閱已取消。 /buy
command-reconcile = 讀取 Telegram 的付款清單
