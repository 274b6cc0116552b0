"""Everything that knows SQL: the engine, its schema, and one reader per question."""
