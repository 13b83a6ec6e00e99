## API 代碼

command-apicode = 供程式使用的 API 代碼
command-deliveries = 回答如何送達你的程式
command-code = 檢視和限制 API 代碼
command-blocks = API 封鎖名單
movement-set-aside = 為 API 代碼預留
movement-set-back = 從 API 代碼退回
apicode-list = 你的 API 代碼：
apicode-none = 你還沒有 API 代碼。有了它，你的程式就能在這裡提問，並使用你的代幣。
apicode-how = 程式如何提問：{ $link }
apicode-by-operator = 代碼由管理員發放，請聯絡 /support。
apicode-ask-button = 申請代碼
apicode-asked = 申請已送出，有結果後我會通知你。
apicode-asked-already = 你已經申請過了，正在等待處理。
apicode-declined = 你的 API 代碼申請未獲核准。如有疑問：/support
apicode-issued = 這是你的 API 代碼。只顯示這一次，請妥善保管；任何拿到它的人都能花你的代幣。
    { $code }
    用 /apicode 檢視你的代碼和用量。
code-line = { $name } · { $code } · { $state }
code-state-active = 有效
code-state-paused = 已暫停
code-state-expired = 已過期
code-state-revoked = 已作廢
code-used = 今天用了 { $count } 個代幣，總共 { $tokens } 個
code-last-use = 上次使用：{ $at } UTC
code-never-used = 從未使用
code-budget-day = 每日預算：{ $tokens } 個代幣
code-budget-all = 總預算：{ $tokens } 個代幣
code-aside = 只使用為它預留的代幣，還剩 { $tokens } 個
code-expires = 有效期限至 { $at } UTC
code-old-until = 舊代碼有效期限至 { $at } UTC
code-button-pause = ⏸ 暫停
code-button-resume = ▶️ 恢復
code-button-rotate = 🔄 更換
code-button-revoke = 🗑 作廢
code-revoke-sure-button = 🗑 確定作廢
code-keep-button = 保留
code-button-budget-day = 每日預算
code-button-budget-all = 總預算
code-button-aside = 預留代幣
code-button-back = 取回代幣
code-button-use = 📊 每日用量
code-list-button = ← 所有代碼
code-budget-ask = 它最多可以花多少代幣？請寫一個數字，0 表示不限。取消：/cancel
code-aside-ask = 要為這個代碼預留多少代幣？之後它只使用這些。請寫一個數字。取消：/cancel
code-aside-too-much = 你只有 { $tokens } 個可用代幣，請寫一個小一點的數字。取消：/cancel
code-amount-wrong = 請寫代幣的數量，例如 50。取消：/cancel
code-rotated = 這是新代碼，只顯示這一次。
    { $code }
    舊代碼有效期限至 { $at } UTC。回呼簽章金鑰也已更換，在此之前兩個金鑰都會簽章。
code-use = { $name }：每日代幣用量。最近兩週 { $count } 個請求，{ $tokens } 個代幣。

## 送達程式

deliveries-none = 還沒有向你的程式傳送過任何內容。
deliveries-list = 最近傳給你的程式的回答：
delivery-line = 第 { $turn } 號 → { $address } · { $what } · 嘗試 { $count } 次
delivery-state-pending = 等待中
delivery-state-sending = 傳送中
delivery-state-done = 已送達
delivery-state-dead = 已放棄
delivery-error = （{ $why }）
delivery-next = 下次嘗試：{ $at } UTC
delivery-paused = ⏸ 在 { $at } UTC 之前不再傳往 { $address }。
delivery-again-button = ↻ 第 { $turn } 號
delivery-resume-button = ▶️ { $address }
delivery-trying = 正在重新傳送。
delivery-gone = 現在沒有可以傳送的內容。
