## A month's statement

statement-title = Statement
statement-person = { $name } · Telegram id { $number }
statement-nobody = Telegram id { $number }
statement-opening = Balance at the beginning
statement-came = Came in
statement-went = Went out
statement-closing = Balance at the end
statement-use = What answers cost each day, in tokens
statement-text = text
statement-image = pictures
statement-voice = speech
statement-totals = By kind
statement-movements = Movements
statement-date = date
statement-what = what
statement-number = how many
statement-amount = tokens
statement-balance = balance
statement-shortened = These are { $count } movements, shown by day and kind. The table for spreadsheets has each of them.
statement-foot = Amounts are in tokens, days and times in UTC. Made { $at }.
statement-page = Page { $page } of { $pages }
statement-caption = Your statement: { $month }
    { $opening } at the beginning, { $came } came in, { $went } went out, { $closing } at the end.
statement-table-caption = Your statement for spreadsheets: { $month }
statement-picture-caption = What answers cost you: { $month }
statement-empty = Nothing moved: { $month }. You had { $tokens } tokens all the time.
statement-usage = Write which month you want, as in /statement { $month }; for spreadsheets: /statement { $month } csv
statement-wait = I'm still writing another statement. Please try again in a minute.
statement-table-button = For spreadsheets (CSV)
statement-before-button = The month before
command-statement = A month's statement (PDF, CSV)

## Purchases and their receipts

purchases = Your purchases. Tap one for its receipt. To get one back: /paysupport
purchases-none = You have bought nothing yet. /buy
purchase-line = { $at } · { $tokens } tokens · { $money }
purchase-receipt = 🧾 Receipt

    { $at } (UTC)
    { $tokens } tokens for { $money }
    Unspent of them: { $left }
purchase-back = Refunded: { $at }
purchase-going-back = It is being refunded.
purchase-number = Number: { $charge }
command-purchases = Your purchases and their receipts

notice-now = Your level now: { $tokens }

command-prices = Prices and packs
