"""Keeps several offices' books in step through their hub; knows no billing word (`sync.md`)."""
