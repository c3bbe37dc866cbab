"""The portal as clients meet it, in a real browser. A package, so that the browser ends with it."""
