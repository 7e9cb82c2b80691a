type Row = readonly [code: number, meaning: string, remedy: string]

/** What each exit code says and what to do about it. Help, `tidemark policy` and the README print these rows. */
const rows = [
  [0, "clean", "nothing"],
  [1, "an unexpected error, or a full disk", "free space and run again; else report it"],
  [2, "wrong usage", "read the sentence on stderr"],
  [
    3,
    "everything was read, and there are exceptions at or above --fail-on, or unproven cases where it names them; verify: something was altered",
    "finance looks at exceptions",
  ],
  [4, "not everything was read (outranks 3); the reports say PARTIAL", "look at coverage, run again"],
  [75, "another run holds the database, or the API is not available", "try again later; nothing is lost"],
  [
    77,
    "the API refuses the credentials, or takes our clock for wrong",
    "check id, secret and clock; the sentence says by how much the clock is off",
  ],
  [78, "the configuration is wrong", "the sentence names the key"],
  [130, "interrupted (SIGINT, Ctrl-C); what was committed is kept", "run again: it goes on where it was"],
  [141, "whoever read the output stopped reading, as head does", "nothing"],
  [143, "asked to end (SIGTERM); what was committed is kept", "run again: it goes on where it was"],
] as const satisfies ReadonlyArray<Row>

export type ExitCode = (typeof rows)[number][0]

export const exitCodes = rows.map(([code, meaning, remedy]) => ({ code, meaning, remedy }))
