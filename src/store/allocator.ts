/*
 * DuckDB's library gives memory that it freed back to the system within a second, and asks for it anew with the next statement:
 * a tenth of what reconciling a million records costs. It may keep it for ten seconds, the allocator's own default. The allocator
 * reads this once, when the library is loaded, so that this module stands before all others; where there is another allocator
 * (ARM, macOS), it is nothing. It is the option opt.dirty_decay_ms of jemalloc(3); the page of DuckDB's jemalloc extension says how it is handed over.
 */
process.env.DUCKDB_JE_MALLOC_CONF ??= "dirty_decay_ms:10000,muzzy_decay_ms:10000"
