/*
 * How DuckDB's library takes memory from the system. By itself it has an arena for each of its threads, and gives back within a
 * second what an arena freed, so that each statement takes anew, on another thread, what the one before it had just given back.
 * One arena, which keeps what was freed for three seconds, is less memory and less work. The allocator reads this once, when the
 * library is loaded, so this module stands before all others; where there is another allocator (macOS), it is nothing. The
 * options are opt.narenas, opt.dirty_decay_ms and opt.muzzy_decay_ms of jemalloc(3); what they bring stands in docs/performance.md.
 */
process.env.DUCKDB_JE_MALLOC_CONF ??= "narenas:1,dirty_decay_ms:3000,muzzy_decay_ms:3000"
