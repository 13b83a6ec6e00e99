command-console = 在瀏覽器中開啟管理頁面
