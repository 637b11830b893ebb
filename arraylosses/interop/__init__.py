"""Our losses and metrics as the objects that other packages expect; each adapter is imported when it is asked for."""
