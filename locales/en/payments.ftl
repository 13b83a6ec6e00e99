## Other ways to pay than Stars

provider-button = { $tokens } tokens · { $money }
provider-pay-button = Pay { $money }
card-button = 💳 Card to card: { $tokens } tokens · { $money }
card-pay = Please transfer { $money } to this card and get { $tokens } tokens:

    { $card }
    { $holder }

    Then send a photo of the receipt here, with the bank's reference number under it. A person looks at it. /cancel if not.
card-send-photo = Please send a photo of the bank's receipt. /cancel if not.
card-send-reference = Thank you. Now write the bank's reference number of this transfer. /cancel if not.
card-sent = Passed on. The tokens come as soon as a person has seen your receipt.
card-rejected = ✖️ Your receipt was not accepted. If you have paid, write to /support
card-order-over = This order is paid already or too old. Please start again with /buy
card-reference-used = A receipt with this reference number was sent before. If that was not you, write to /support
card-photo-used = This photo was sent before. Please start again with /buy and send the receipt of this transfer.
card-sent-before = A receipt for this order was sent before; a person looks at it.
receipt-of-money = ✅ { $tokens } tokens for { $money }. You have { $left } now.

    Receipt: { $charge }
refund-by-hand = ✅ The tokens are taken back. A person sends your money back.
refund-asked-by-hand = A person decides about this, because the money must be sent back by hand. The answer comes here.
movement-purchase = bought
movement-purchase-refund = purchase taken back
command-receipts = Receipts to decide
command-reverse = Take a payment's tokens back
plan-given-back = Your subscription is cancelled, because a month of it was given back. /buy
command-reconcile = Read Telegram's list of payments
