"""The engines that turn sound into words, behind one protocol."""
