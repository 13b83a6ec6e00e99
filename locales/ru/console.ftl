command-console = Страницы управления в браузере
