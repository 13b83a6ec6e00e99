## A month's statement

statement-title = Выписка
statement-person = { $name } · Telegram ID { $number }
statement-nobody = Telegram ID { $number }
statement-opening = Остаток на начало
statement-came = Поступило
statement-went = Списано
statement-closing = Остаток на конец
statement-use = Расход на ответы по дням, в токенах
statement-text = текст
statement-image = картинки
statement-voice = голос
statement-totals = По видам операций
statement-movements = Операции
statement-date = дата
statement-what = операция
statement-number = количество
statement-amount = токены
statement-balance = остаток
statement-shortened = Всего операций: { $count }. Здесь они сгруппированы по дням и видам, каждая из них есть в таблице CSV.
statement-foot = Суммы в токенах, даты и время по UTC. Составлено { $at }.
statement-page = Стр. { $page } из { $pages }
statement-caption = Ваша выписка: { $month }
    На начало { $opening }, поступило { $came }, списано { $went }, на конец { $closing }.
statement-table-caption = Ваша выписка в виде таблицы: { $month }
statement-picture-caption = Ваш расход на ответы: { $month }
statement-empty = Операций не было: { $month }. Остаток за весь месяц: { $tokens }.
statement-usage = Напишите, за какой месяц нужна выписка: /statement { $month }
    В виде таблицы: /statement { $month } csv
statement-wait = Я ещё готовлю другую выписку. Попробуйте, пожалуйста, через минуту.
statement-table-button = Таблица (CSV)
statement-before-button = Предыдущий месяц
command-statement = Выписка за месяц (PDF, CSV)

## Purchases and their receipts

purchases = Ваши покупки. Нажмите на покупку, чтобы увидеть чек. Вернуть покупку: /paysupport
purchases-none = Вы ещё ничего не покупали. Купить: /buy
purchase-line = { $at } · токены: { $tokens } · { $money }
purchase-receipt = 🧾 Чек

    { $at } (UTC)
    Токены: { $tokens } за { $money }
    Не израсходовано: { $left }
purchase-back = Возвращено: { $at }
purchase-going-back = Возврат выполняется.
purchase-number = Номер: { $charge }
command-purchases = Ваши покупки и чеки

notice-now = Сейчас задан уровень: { $tokens }

command-prices = Цены и пакеты
