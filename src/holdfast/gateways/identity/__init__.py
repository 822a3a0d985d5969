"""Providers of identities: signing in where the clinic's people sign in already."""
