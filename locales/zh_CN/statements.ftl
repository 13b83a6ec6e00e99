## A month's statement

statement-title = 对账单
statement-person = { $name } · Telegram ID { $number }
statement-nobody = Telegram ID { $number }
statement-opening = 期初余额
statement-came = 收入
statement-went = 支出
statement-closing = 期末余额
statement-use = 每日回答费用（代币）
statement-text = 文字
statement-image = 图片
statement-voice = 语音
statement-totals = 分类合计
statement-movements = 明细
statement-date = 日期
statement-what = 项目
statement-number = 笔数
statement-amount = 代币
statement-balance = 余额
statement-shortened = 本月共 { $count } 笔，此处按日期和类别合并显示；CSV 表格中列有每一笔。
statement-foot = 金额单位为代币，日期和时间为 UTC。制表时间：{ $at }
statement-page = 第 { $page } 页，共 { $pages } 页
statement-caption = 你的对账单：{ $month }
    期初 { $opening }，收入 { $came }，支出 { $went }，期末 { $closing }。
statement-table-caption = 你的对账单（表格）：{ $month }
statement-picture-caption = 你的回答费用：{ $month }
statement-empty = { $month }没有任何变动，余额一直是 { $tokens } 个代币。
statement-usage = 请写明要哪个月的对账单：/statement { $month }
    需要表格：/statement { $month } csv
statement-wait = 我正在制作另一份对账单，请一分钟后再试。
statement-table-button = 表格（CSV）
statement-before-button = 上个月
command-statement = 月度对账单（PDF、CSV）

## Purchases and their receipts

purchases = 你的购买记录。点一下即可查看收据。要退款：/paysupport
purchases-none = 你还没有购买过。购买：/buy
purchase-line = { $at } · { $tokens } 个代币 · { $money }
purchase-receipt = 🧾 收据

    { $at }（UTC）
    { $tokens } 个代币，{ $money }
    未使用：{ $left }
purchase-back = 已退款：{ $at }
purchase-going-back = 正在退款。
purchase-number = 编号：{ $charge }
command-purchases = 购买记录与收据

notice-now = 目前的提醒线：{ $tokens }

command-prices = 价格与套餐
