return { seven = 7, name = ... }
