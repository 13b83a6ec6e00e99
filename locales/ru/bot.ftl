# Русский. На «вы». Дробные числа берут форму other: «1,5 токена».

## Getting to know each other

choose-language = Выберите язык:
language-chosen = Теперь я буду писать вам по-русски.
welcome = Здравствуйте, { $name }! 👋

    Спрашивайте о чём угодно, и я отвечу. Ещё я рисую (/image) и озвучиваю текст (/voice).

    Каждый запрос стоит несколько токенов, цена указана под ответом. { $tokens ->
        [0] Токены можно купить: /buy.
        [one] Для начала у вас есть { $tokens } токен.
        [few] Для начала у вас есть { $tokens } токена.
        [many] Для начала у вас есть { $tokens } токенов.
       *[other] Для начала у вас есть { $tokens } токена.
    }
help = Что я умею:

    • Напишите мне, и я отвечу. /new начинает новый разговор, /mode меняет манеру ответов.
    • /image и описание: картинка в выбранном вами стиле.
    • /voice и текст: голосовое сообщение.
    • /balance показывает ваши токены, /buy пополняет их.
    • /cancel останавливает ваши запросы. /support передаст сообщение человеку.

    Пригласите друга: { $link }
unknown-command = Я не знаю такой команды. Что я умею: /help
ask-something = Задайте вопрос в том же сообщении.
cannot-take = Такие сообщения я пока не понимаю; токены не списаны. Напишите мне текстом или откройте /help.

## Answers

footer = { $price ->
        [one] { $price } токен
        [few] { $price } токена
        [many] { $price } токенов
       *[other] { $price } токена
    } · осталось { $left }
answer-stopped = Остановлено ·
stop-button = ■ Стоп
stopping = Останавливаю…
nothing-to-stop = Останавливать уже нечего.
job-cancelled = Отменено; токены не списаны.
status-queued = ⏳ Ваше место в очереди: { $turn }
status-long = ⏳ Это занимает больше времени, чем обычно. Я всё ещё работаю.
status-image = 🎨 Рисую… { $progress }

status-voice = 🎙 Озвучиваю…

## What went wrong

error-not-enough = Не хватает токенов. Цена запроса: { $price }, у вас: { $available }. Купить: /buy
error-too-long = Слишком длинный текст. Размер в байтах: { $size }, можно не больше { $most }. Пожалуйста, сократите его.
error-too-many-waiting = { $most ->
        [one] Уже ожидает { $most } ваш запрос.
        [few] Уже ожидают { $most } ваших запроса.
        [many] Уже ожидают { $most } ваших запросов.
       *[other] Уже ожидают { $most } ваших запроса.
    } Дождитесь ответа или остановите их: /cancel.
error-queue-full = Сейчас слишком много запросов. Попробуйте ещё раз через несколько минут; токены не списаны.
answer-undeliverable = Ответ готов, но Telegram не даёт мне отправить его туда, где вы спросили. Возвращено токенов: { $amount }.
error-banned = Сейчас вы не можете пользоваться этим ботом. /support
error-in-debt = За вами долг: { $tokens ->
        [one] { $tokens } токен
        [few] { $tokens } токена
        [many] { $tokens } токенов
       *[other] { $tokens } токена
    } за отозванный платёж. Пожалуйста, сначала погасите его: /buy
error-internal = У меня что-то сломалось; токены не списаны. Пожалуйста, попробуйте ещё раз.
error-interrupted = Меня прервали во время работы; токены не списаны. Пожалуйста, спросите ещё раз.
error-upstream = Не удалось получить ответ; токены не списаны. Пожалуйста, попробуйте позже.
error-upstream-unreachable = Я сейчас не могу связаться со своим мозгом; токены не списаны. Пожалуйста, попробуйте через минуту.
error-upstream-busy = Сейчас слишком большая нагрузка; токены не списаны. Пожалуйста, попробуйте через минуту.
error-no-answer = Ответ не пришёл вовремя; токены не списаны. Пожалуйста, попробуйте ещё раз.
error-content-refused = С этим я помочь не могу; токены не списаны.
error-nothing-to-say = В этом тексте нечего читать вслух; токены не списаны.
error-language-unknown = Не удалось понять, какой это язык; токены не списаны.
error-language-unsupported = На этом языке я пока не говорю; токены не списаны.
error-voice-unsupported = Для этого языка такого голоса нет; токены не списаны.
endpoint-paused = Ваша программа по адресу { $address } не принимает ответы ({ $why }). Я буду время от времени пробовать снова; до тех пор ответы можно получить через API.
button-too-old = Эта кнопка устарела. Пожалуйста, отправьте запрос ещё раз.

## Pictures

image-usage = Напишите, что нарисовать: /image кот под дождём
image-choose-style = Какой стиль?
image-choose-count = Стиль: { $style }. Сколько картинок?
image-count = { $count } ({ $price ->
        [one] { $price } токен
        [few] { $price } токена
        [many] { $price } токенов
       *[other] { $price } токена
    })
style-none = Без стиля
style-paint = Живопись
style-game = Игра
style-fantasy = Фэнтези
style-anime = Аниме
style-cyberpunk = Киберпанк
style-nature = Природа
style-steampunk = Стимпанк
style-sci-fi = Фантастика
style-space = Космос
style-creepy = Жуткое
style-tattoo = Тату
style-texture = Текстура
style-anything = Что угодно
style-photo = Фото
style-tarot = Таро
style-impasto-oil = Импасто
style-child-drawing = Детский рисунок
style-saladwave = Саладвейв
style-woolworld = Мир из шерсти
style-synthwave = Синтвейв
style-midjourney = Midjourney
style-xmas = Рождество
style-debug = Отладка
style-ImageHSIv1 = HSI

## Speech

voice-usage = Напишите, что сказать: /voice Доброе утро! Или ответьте на сообщение командой /voice.
voice-switch-on = 🔊 Отвечать и голосом
voice-switch-off = 🔇 Отвечать только текстом
voice-on = Теперь мои ответы приходят и голосом; озвучка оплачивается отдельно.
voice-off = Теперь мои ответы приходят текстом.

## Modes

choose-mode = В какой манере отвечать?
mode-chosen = Манера ответов: { $mode }
mode-none = Обычная
mode-comedy = 😂 Комик
mode-upset = 😠 Обиженный
mode-depress = 😞 Унылый
mode-love = ❤️ Влюблённый
mode-poem = 📜 Поэт
mode-shy = 😊 Скромник
mode-coward = 😨 Трус
mode-impolite = 😤 Невежа
mode-rough = 👊 Грубиян
mode-programmer = 💻 Программист
mode-chat = 💬 Собеседник
new-conversation = Новый разговор. О чём поговорим?
cancelled = { $count ->
        [one] Отменён { $count } запрос.
        [few] Отменено { $count } запроса.
        [many] Отменено { $count } запросов.
       *[other] Отменено { $count } запроса.
    }
nothing-to-cancel = Отменять нечего.

## Account

balance = У вас { $available ->
        [one] { $available } токен
        [few] { $available } токена
        [many] { $available } токенов
       *[other] { $available } токена
    }.
balance-held = Ещё { $held } отложено на запросы, которые сейчас выполняются.
balance-debt = За вами долг: { $tokens ->
        [one] { $tokens } токен
        [few] { $tokens } токена
        [many] { $tokens } токенов
       *[other] { $tokens } токена
    } за отозванный платёж; следующая покупка сначала погасит его.
balance-next = Пополнить: /buy · чеки: /purchases · выписка: /statement
balance-older = ← Раньше
balance-newest = Последние
notice-usage = Напишите, при каком остатке токенов вас предупредить: /notice 20
    /notice 0 отключает предупреждение.
notice-set = Я напишу вам один раз, когда останется меньше { $tokens ->
        [one] { $tokens } токена
        [few] { $tokens } токенов
        [many] { $tokens } токенов
       *[other] { $tokens } токена
    }.
notice-off = Я не буду предупреждать о том, что токены заканчиваются.
notice-low = 🔔 У вас осталось { $left ->
        [one] { $left } токен
        [few] { $left } токена
        [many] { $left } токенов
       *[other] { $left } токена
    }. /buy
no-movements = Операций пока не было.
movement = { $at }  { $amount }  { $what }
movement-capture = ответ
movement-signup = приветственный подарок
movement-stars = куплено за звёзды
movement-stars-refund = возврат покупки
movement-refund-failed = возврат невозможен
movement-repay = погашение долга
movement-voucher = ваучер
movement-refill = пополнение
movement-invite = вы пригласили друга
movement-invited = вас пригласили
movement-gift-given = подарок
movement-gift-refund = подарок отозван
gift-usage = Напишите, сколько и кому: /gift 20 @name
gift-to-nobody = Я не знаю { $name }. Получатель должен хотя бы раз написать мне.
gift-to-oneself = Подарить токены самому себе нельзя.
gift-confirm = Подарить { $tokens ->
        [one] { $tokens } токен
        [few] { $tokens } токена
        [many] { $tokens } токенов
       *[other] { $tokens } токена
    }? Кому: { $name }
gift-button = 🎁 Подарить
gift-given = 🎁 Подарено: { $tokens ->
        [one] { $tokens } токен
        [few] { $tokens } токена
        [many] { $tokens } токенов
       *[other] { $tokens } токена
    }. В течение минуты подарок можно отозвать.
gift-back-button = ↩️ Отозвать
gift-returned = Подарок отозван, возвращено: { $tokens ->
        [one] { $tokens } токен
        [few] { $tokens } токена
        [many] { $tokens } токенов
       *[other] { $tokens } токена
    }.
gift-got = 🎁 Вам подарок от { $name }: { $tokens ->
        [one] { $tokens } токен
        [few] { $tokens } токена
        [many] { $tokens } токенов
       *[other] { $tokens } токена
    }. /balance
gift-too-much = Это больше, чем можно подарить за день; сегодня можно ещё { $tokens ->
        [one] { $tokens } токен
        [few] { $tokens } токена
        [many] { $tokens } токенов
       *[other] { $tokens } токена
    }.
gift-too-late = Уже слишком поздно.
gift-spent = Отозвать нельзя: токены уже потрачены.
movement-grant = от администратора
movement-refund = возвращено

## Buying

buy = Выберите пакет токенов:
pack-button = { $tokens ->
        [one] { $tokens } токен
        [few] { $tokens } токена
        [many] { $tokens } токенов
       *[other] { $tokens } токена
    } · ⭐ { $stars }
plan-button = { $tokens ->
        [one] { $tokens } токен
        [few] { $tokens } токена
        [many] { $tokens } токенов
       *[other] { $tokens } токена
    } в месяц · ⭐ { $stars }
plan-description = { $tokens ->
        [one] { $tokens } токен
        [few] { $tokens } токена
        [many] { $tokens } токенов
       *[other] { $tokens } токена
    } каждый месяц. Продлевается автоматически, пока вы не отмените: /subscription
plan-pay-button = Подписаться · ⭐ { $stars } в месяц
plan-active-already = У вас уже есть подписка: /subscription
plan-none = У вас нет подписки. Что можно купить: /buy
plan-renews = Ваша подписка: { $tokens ->
        [one] { $tokens } токен
        [few] { $tokens } токена
        [many] { $tokens } токенов
       *[other] { $tokens } токена
    } за ⭐ { $stars } в месяц. Продлится автоматически { $at }.
plan-ends = Ваша подписка: { $tokens ->
        [one] { $tokens } токен
        [few] { $tokens } токена
        [many] { $tokens } токенов
       *[other] { $tokens } токена
    } за ⭐ { $stars } в месяц. Закончится { $at } и не продлится.
plan-cancel-button = Отменить
plan-resume-button = Всё-таки продолжить
plan-may-resume = Подписку можно снова включить в Telegram: Настройки → Мои звёзды.
plan-failed = Подписку не удалось продлить: не хватило звёзд. /buy
invoice-title = { $tokens ->
        [one] { $tokens } токен
        [few] { $tokens } токена
        [many] { $tokens } токенов
       *[other] { $tokens } токена
    }
pay-button = Заплатить ⭐ { $stars }
invoice-description = { $tokens ->
        [one] { $tokens } токен
        [few] { $tokens } токена
        [many] { $tokens } токенов
       *[other] { $tokens } токена
    } на ответы, картинки и озвучку в этом боте.
receipt = ✅ { $tokens ->
        [one] { $tokens } токен
        [few] { $tokens } токена
        [many] { $tokens } токенов
       *[other] { $tokens } токена
    } за ⭐ { $stars }. Теперь на балансе: { $left }.

    Номер чека: { $charge }
payment-unknown = Этот счёт здесь недействителен. Пожалуйста, начните заново: /buy
payment-unmatched = Мне не удалось найти заказ для этого платежа. Им займётся человек, и вы ничего не потеряете: придут либо токены, либо ваши звёзды. /paysupport
payment-not-yours = Этот счёт выставлен другому человеку. Получите свой: /buy
payment-wrong-amount = Сумма не совпадает со счётом. Пожалуйста, начните заново: /buy
payment-already-paid = Этот счёт уже оплачен. Получите новый: /buy
payment-expired = Этот счёт устарел. Получите новый: /buy
voucher-redeemed = 🎟 По ваучеру вы получили { $tokens ->
        [one] { $tokens } токен
        [few] { $tokens } токена
        [many] { $tokens } токенов
       *[other] { $tokens } токена
    }. Теперь на балансе: { $left }.
voucher-unknown = Такого ваучера нет. Пожалуйста, проверьте код.
voucher-yours-already = Вы уже получили токены по этому ваучеру.
voucher-expired = Срок действия этого ваучера истёк.
voucher-used-up = Этот ваучер закончился: другие успели раньше.
voucher-too-many-guesses = Слишком много неверных кодов. Попробуйте позже или напишите в /support
refund-unknown = Такого платежа нет.
refund-spent = Токены этого платежа уже потрачены; сразу вернуть его нельзя.
paysupport = Что-то не так с платежом? Отправьте /support и напишите, что случилось, указав номер чека. Сообщение прочтёт человек и ответит здесь; ошибочно оплаченное будет возвращено.
paysupport-choose = Чтобы вернуть покупку, выберите её. Неизрасходованное возвращается сразу, в остальных случаях решает человек.
paysupport-purchase = { $at } · { $tokens ->
        [one] { $tokens } токен
        [few] { $tokens } токена
        [many] { $tokens } токенов
       *[other] { $tokens } токена
    } · { $money }
refund-done = ✅ Готово: токены списаны, и Telegram вернул ваши звёзды.
refund-under-way = Токены списаны. Telegram сейчас недоступен; звёзды вернутся, как только он ответит.
refund-asked = Решение примет человек: часть токенов потрачена или сегодня уже много возвращено. Ответ придёт сюда.
refund-before = Эта покупка уже возвращена.
refund-rejected = Вернуть покупку не удалось: её токены потрачены. Вопросы: /support
refund-decided = Решение уже принято.
refund-impossible = Telegram не возвращает этот платёж. Токены остаются у вас; пожалуйста, напишите в /support
terms = Коротко об условиях:

    • Вы покупаете токены и тратите их на ответы, картинки и озвучку. Цена каждого запроса показана; неудавшийся запрос не стоит ничего.
    • Ответы составляет машина, и они могут быть неверными. Не полагайтесь на них в вопросах здоровья, права и денег.
    • Не просите о том, что незаконно или вредит другим.
    • Оплата в звёздах Telegram; неизрасходованные покупки можно вернуть: /paysupport
privacy = Коротко о конфиденциальности:

    • Я храню ваш идентификатор и имя в Telegram, ваши настройки и операции с вашими токенами.
    • Ваши сообщения передаются сервису, который на них отвечает, и недолго хранятся, чтобы я помнил, о чём мы говорим; /new стирает их из памяти.
    • То, что нарушает правила, записывается вместе с первыми словами, его видит администратор; через несколько дней запись удаляется.
    • Ничего не продаётся и не передаётся другим. Вопросы: /support

## Support

support-ask = Напишите, в чём дело, можно приложить картинку; сообщение прочтёт человек. Передумали: /cancel
support-sent = Передано. Ответ придёт сюда.
support-unreachable = Сейчас никого нет на связи. Пожалуйста, попробуйте позже.
support-answer = 💬 Ответ поддержки:

## The command menu

command-help = Что я умею
command-new = Начать новый разговор
command-mode = Выбрать манеру ответов
command-image = Нарисовать картинку
command-voice = Озвучить текст
command-balance = Ваши токены
command-notice = Предупредить, когда токенов мало
command-buy = Купить токены
command-subscription = Ваша подписка
command-gift = Подарить токены другу
command-language = Выбрать язык
command-support = Написать человеку
command-paysupport = Помощь с платежом
command-cancel = Остановить запросы
command-terms = Условия
command-privacy = Конфиденциальность
command-issue = Выдать код API
command-codes = Список кодов API
command-revoke = Отозвать код API
command-credit = Начислить токены
command-user = Посмотреть клиента
command-refund = Вернуть платёж
command-refunds = Возвраты, ждущие решения
command-stars = Операции со звёздами без заказа
command-books = Бухгалтерия
command-voucher = Создать ваучер
command-vouchers = Список ваучеров
