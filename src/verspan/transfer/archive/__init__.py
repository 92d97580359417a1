"""The file itself: members of lines and contents, with a manifest that says what they have to be."""
