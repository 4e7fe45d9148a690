"""A folder of motions: catalogue, arrays, token vectors, import."""
