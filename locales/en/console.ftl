command-console = The operator’s pages in a browser
