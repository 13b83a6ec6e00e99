command-console = 在浏览器中打开管理页面
