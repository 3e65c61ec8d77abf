"""The plan as one page for a browser: figures, sentences, charts and the templates that lay them out."""
