"""Clinical knowledge as data with sources and grades, its loader and its checker."""
