## The content rules

error-unchecked = 暫時無法依內容規則檢查這則訊息，所以沒有轉送，也沒有扣款。請過一分鐘再試。
error-blocked = 你有太多請求違反了內容規則。請過 { $minutes } 分鐘再來。如果弄錯了：/support
command-flagged = 內容規則的發現
