"""Read motion files of any kind into a :class:`motionlens.motion.Motion`."""
