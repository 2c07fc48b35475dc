"""The shapes of bodies and answers, by subject; they show rows and decide nothing."""
