"""How far judges agree with people. Nothing is loaded before it is used."""
