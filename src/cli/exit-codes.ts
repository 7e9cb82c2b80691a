/** What each exit code says and what to do about it. Help, `tidemark policy` and the README print these rows. */
export const exitCodes = [
  { code: 0, meaning: "clean", remedy: "nothing" },
  { code: 1, meaning: "an unexpected error, or a full disk", remedy: "free space and run again; else report it" },
  { code: 2, meaning: "wrong usage", remedy: "read the sentence on stderr" },
  {
    code: 3,
    meaning:
      "everything was read, and there are exceptions at or above --fail-on, or unproven cases where it names them; verify: something was altered",
    remedy: "finance looks at exceptions",
  },
  {
    code: 4,
    meaning: "not everything was read (outranks 3); the reports say PARTIAL",
    remedy: "look at coverage, run again",
  },
  {
    code: 75,
    meaning: "another run holds the database, or the API is not available",
    remedy: "try again later; nothing is lost",
  },
  {
    code: 77,
    meaning: "the API refuses the credentials, or takes our clock for wrong",
    remedy: "check id, secret and clock; the sentence says by how much the clock is off",
  },
  { code: 78, meaning: "the configuration is wrong", remedy: "the sentence names the key" },
  {
    code: 130,
    meaning: "interrupted (SIGINT, Ctrl-C); what was committed is kept",
    remedy: "run again: it goes on where it was",
  },
  { code: 141, meaning: "whoever read the output stopped reading, as head does", remedy: "nothing" },
  {
    code: 143,
    meaning: "asked to end (SIGTERM); what was committed is kept",
    remedy: "run again: it goes on where it was",
  },
] as const

export type ExitCode = (typeof exitCodes)[number]["code"]
