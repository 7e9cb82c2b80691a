/** What one look found: fine, worth a thought, or in the way of a night. */
export interface Diagnosis {
  readonly check: string
  readonly state: "ok" | "warn" | "fail"
  readonly detail: string
  /** What to do about it; null where nothing need be done. */
  readonly remedy: string | null
  /** What the program ends with where this failed first; 0 where it did not fail. Source: docs/rules.md, "Exit codes". */
  readonly exitCode: number
}

export const ok = (check: string, detail: string): Diagnosis => ({
  check,
  state: "ok",
  detail,
  remedy: null,
  exitCode: 0,
})

export const warn = (check: string, detail: string, remedy: string | null): Diagnosis => ({
  check,
  state: "warn",
  detail,
  remedy,
  exitCode: 0,
})

/** The exit codes by what is wrong: configuration, credentials, API, rights and usage, and lists that would not be read. */
export const codes = { configuration: 78, credentials: 77, api: 75, rights: 2, coverage: 4 } as const

export const fail = (check: string, of: keyof typeof codes, detail: string, remedy: string): Diagnosis => ({
  check,
  state: "fail",
  detail,
  remedy,
  exitCode: codes[of],
})

/** Of what failed, the first in the order of configuration, credentials, API, rights, coverage; 0 where nothing failed. */
export const exitCodeOfAll = (diagnoses: ReadonlyArray<Diagnosis>): 0 | (typeof codes)[keyof typeof codes] =>
  Object.values(codes).find((code) => diagnoses.some((diagnosis) => diagnosis.exitCode === code)) ?? 0
