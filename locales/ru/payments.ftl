## Other ways to pay than Stars

provider-button = { $tokens ->
        [one] { $tokens } токен
        [few] { $tokens } токена
        [many] { $tokens } токенов
       *[other] { $tokens } токена
    } · { $money }
provider-pay-button = Заплатить { $money }
card-button = 💳 С карты на карту: { $tokens ->
        [one] { $tokens } токен
        [few] { $tokens } токена
        [many] { $tokens } токенов
       *[other] { $tokens } токена
    } · { $money }
card-pay = Переведите { $money } на эту карту и получите { $tokens ->
        [one] { $tokens } токен
        [few] { $tokens } токена
        [many] { $tokens } токенов
       *[other] { $tokens } токена
    }:

    { $card }
    { $holder }

    Затем пришлите сюда фото чека, а под ним напишите номер операции в банке. Его проверит человек. Передумали: /cancel
card-send-photo = Пришлите, пожалуйста, фото банковского чека. Передумали: /cancel
card-send-reference = Спасибо. Теперь напишите номер операции в банке. Передумали: /cancel
card-sent = Передано. Токены придут, как только ваш чек проверит человек.
card-rejected = ✖️ Ваш чек не принят. Если вы платили, напишите: /support
card-order-over = Этот заказ уже оплачен или устарел. Пожалуйста, начните заново: /buy
card-reference-used = Чек с этим номером операции уже присылали. Если это были не вы, напишите: /support
card-photo-used = Это фото уже присылали. Начните заново: /buy, и пришлите чек именно этого перевода.
card-sent-before = Чек по этому заказу уже прислан, его проверяет человек.
receipt-of-money = ✅ { $tokens ->
        [one] { $tokens } токен
        [few] { $tokens } токена
        [many] { $tokens } токенов
       *[other] { $tokens } токена
    } за { $money }. Теперь на балансе: { $left }.

    Номер чека: { $charge }
refund-by-hand = ✅ Токены списаны обратно. Деньги вернёт вам человек.
refund-asked-by-hand = Решение примет человек, потому что деньги возвращаются вручную. Ответ придёт сюда.
movement-purchase = покупка
movement-purchase-refund = покупка отменена
command-receipts = Чеки, ожидающие решения
command-reverse = Забрать токены платежа
plan-given-back = Ваша подписка отменена, потому что один её месяц возвращён. /buy
command-reconcile = Прочитать список платежей Telegram
