"""The explorer: one page that runs the core's own functions, translated when the page is built."""
