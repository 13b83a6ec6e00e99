## Other ways to pay than Stars

provider-button = { $tokens } 个代币 · { $money }
provider-pay-button = 支付 { $money }
card-button = 💳 银行卡转账：{ $tokens } 个代币 · { $money }
card-pay = 请向此卡转账 { $money }，即可获得 { $tokens } 个代币：

    { $card }
    { $holder }

    然后把回单照片发到这里，并在照片下方写上银行流水号。会有人工核对。不想买了： /cancel
card-send-photo = 请发送银行回单的照片。不想买了： /cancel
card-send-reference = 谢谢。现在请写下这笔转账的银行流水号。不想买了： /cancel
card-sent = 已转交。人工核对回单后，代币就会到账。
card-rejected = ✖️ 您的回单未通过。如果您已付款，请联系 /support
card-order-over = 这个订单已付款或已过期，请重新开始： /buy
card-reference-used = 这个流水号的回单已经有人发送过。如果不是您，请联系 /support
card-photo-used = 这张照片已经发送过。请重新开始： /buy ，并发送这笔转账的回单。
card-sent-before = 这个订单的回单已经发送过，正在人工核对。
receipt-of-money = ✅ 已用 { $money } 购买 { $tokens } 个代币。现在共有 { $left } 个。

    收据编号：{ $charge }
refund-by-hand = ✅ 代币已收回，您的钱将由人工退还。
refund-asked-by-hand = 这笔钱需要人工退还，因此由人工决定。答复会发到这里。
movement-purchase = 购买
movement-purchase-refund = 购买已撤销
command-receipts = 待处理的回单
command-reverse = 收回一笔付款的代币
plan-given-back = 您的订阅有一个月已退款，因此订阅已取消。 /buy
command-reconcile = 读取 Telegram 的付款列表
