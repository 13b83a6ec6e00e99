## A month's statement

statement-title = 對帳單
statement-person = { $name } · Telegram ID { $number }
statement-nobody = Telegram ID { $number }
statement-opening = 期初餘額
statement-came = 收入
statement-went = 支出
statement-closing = 期末餘額
statement-use = 每日回答費用（代幣）
statement-text = 文字
statement-image = 圖片
statement-voice = 語音
statement-totals = 分類合計
statement-movements = 明細
statement-date = 日期
statement-what = 項目
statement-number = 筆數
statement-amount = 代幣
statement-balance = 餘額
statement-shortened = 本月共 { $count } 筆，此處依日期和類別合併顯示；CSV 表格中列有每一筆。
statement-foot = 金額單位為代幣，日期和時間為 UTC。製表時間：{ $at }
statement-page = 第 { $page } 頁，共 { $pages } 頁
statement-caption = 你的對帳單：{ $month }
    期初 { $opening }，收入 { $came }，支出 { $went }，期末 { $closing }。
statement-table-caption = 你的對帳單（表格）：{ $month }
statement-picture-caption = 你的回答費用：{ $month }
statement-empty = { $month }沒有任何變動，餘額一直是 { $tokens } 個代幣。
statement-usage = 請寫明要哪個月的對帳單：/statement { $month }
    需要表格：/statement { $month } csv
statement-wait = 我正在製作另一份對帳單，請一分鐘後再試。
statement-table-button = 表格（CSV）
statement-before-button = 上個月
command-statement = 每月對帳單（PDF、CSV）

## Purchases and their receipts

purchases = 你的購買紀錄。點一下即可查看收據。要退款：/paysupport
purchases-none = 你還沒有購買過。購買：/buy
purchase-line = { $at } · { $tokens } 個代幣 · { $money }
purchase-receipt = 🧾 收據

    { $at }（UTC）
    { $tokens } 個代幣，{ $money }
    未使用：{ $left }
purchase-back = 已退款：{ $at }
purchase-going-back = 正在退款。
purchase-number = 編號：{ $charge }
command-purchases = 購買紀錄與收據

notice-now = 目前的提醒線：{ $tokens }

command-prices = 價格與方案
