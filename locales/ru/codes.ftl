## Коды API

command-apicode = Коды API для ваших программ
command-deliveries = Как ответы дошли до ваших программ
command-code = Посмотреть и ограничить код API
command-blocks = Кто заблокирован в API
movement-set-aside = отложено для кода API
movement-set-back = возвращено с кода API
apicode-list = Ваши коды API:
apicode-none = У вас нет кода API. С ним ваша программа задаёт вопросы здесь и тратит ваши токены.
apicode-how = Как спрашивают программы: { $link }
apicode-by-operator = Коды выдаёт оператор; напишите ему: /support
apicode-ask-button = Попросить код
apicode-asked = Я передал вашу просьбу. Сообщу, когда её рассмотрят.
apicode-asked-already = Вы уже просили код, просьба ещё рассматривается.
apicode-declined = В коде API вам отказано. Если вы думаете, что это ошибка: /support
apicode-issued = Вот ваш код API. Я показываю его один раз, сохраните его; кто его знает, тратит ваши токены.
    { $code }
    Ваши коды и их расход: /apicode
code-line = { $name } · { $code } · { $state }
code-state-active = действует
code-state-paused = приостановлен
code-state-expired = истёк
code-state-revoked = отозван
code-used = Потрачено сегодня: { $count }, всего: { $tokens }
code-last-use = Последнее использование: { $at } UTC
code-never-used = Ещё не использовался
code-budget-day = Бюджет на день: { $tokens }
code-budget-all = Бюджет на всё время: { $tokens }
code-aside = Тратит только отложенное для него; осталось: { $tokens }
code-expires = Действует до { $at } UTC
code-old-until = Прежний код действует до { $at } UTC
code-button-pause = ⏸ Приостановить
code-button-resume = ▶️ Возобновить
code-button-rotate = 🔄 Заменить
code-button-revoke = 🗑 Отозвать
code-revoke-sure-button = 🗑 Отозвать навсегда
code-keep-button = Оставить
code-button-budget-day = Бюджет на день
code-button-budget-all = Бюджет всего
code-button-aside = Отложить токены
code-button-back = Вернуть токены
code-button-use = 📊 Расход по дням
code-list-button = ← Все коды
code-budget-ask = Сколько токенов он может тратить? Напишите число; 0 — сколько угодно. Отмена: /cancel
code-aside-ask = Сколько токенов отложить для этого кода? Он будет тратить только их. Напишите число. Отмена: /cancel
code-aside-too-much = Свободных токенов только { $tokens }. Напишите число поменьше. Отмена: /cancel
code-amount-wrong = Нужно число токенов, например 50. Напишите ещё раз. Отмена: /cancel
code-rotated = Вот новый код; я показываю его один раз.
    { $code }
    Прежний действует до { $at } UTC. Секрет для подписи ответов тоже новый; до этого времени подписывают оба.
code-use = { $name }: токены по дням. За две недели запросов: { $count }, токенов: { $tokens }.

## Доставка программам

deliveries-none = Вашим программам ещё ничего не отправлялось.
deliveries-list = Последние ответы вашим программам:
delivery-line = № { $turn } → { $address } · { $what } · попыток: { $count }
delivery-state-pending = ждёт
delivery-state-sending = в пути
delivery-state-done = доставлен
delivery-state-dead = не доставлен
delivery-error = ({ $why })
delivery-next = следующая попытка: { $at } UTC
delivery-paused = ⏸ На { $address } пока ничего не отправляю, до { $at } UTC.
delivery-again-button = ↻ № { $turn }
delivery-resume-button = ▶️ { $address }
delivery-trying = Пробую ещё раз.
delivery-gone = Сейчас отправлять нечего.
