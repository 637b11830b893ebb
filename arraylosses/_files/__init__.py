"""Images, clouds, meshes, tables and arrays, read from files."""
