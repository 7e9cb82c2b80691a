import { Data, Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"

const least = 4

/** An id as it was given means no exception, or not one alone. */
export class ExceptionIdError extends Data.TaggedError("ExceptionIdError")<{
  readonly reason: "NotAnId" | "TooShort" | "Unknown" | "Ambiguous"
  readonly given: string
  /** The ids that begin so, where there are several. */
  readonly candidates: ReadonlyArray<string>
}> {
  readonly exitCode = 2
  override get message(): string {
    return sentences[this.reason](this.given, this.candidates.join(", "))
  }
}

const sentences: Readonly<Record<ExceptionIdError["reason"], (given: string, candidates: string) => string>> = {
  NotAnId: (given) =>
    `${given} is not an exception's id, which is x and digits and letters from a to f; tidemark exceptions list shows them`,
  TooShort: (given) => `${given} is too short for an exception's id; give at least its first ${least} characters`,
  Unknown: (given) =>
    `there is no exception ${given}; tidemark exceptions list shows those that are not settled, and with --state all every one`,
  Ambiguous: (given, candidates) => `${given} begins several ids: ${candidates}; give more of the one that is meant`,
}

const shown = 5

/** The full ids for ids or their beginnings, former ones too, each once, in the order given. */
export const findByIds = (
  sql: Sql,
  given: ReadonlyArray<string>,
): Effect.Effect<ReadonlyArray<string>, StoreError | ExceptionIdError> =>
  Effect.gen(function* () {
    const wanted = given.map((text) => text.trim().toLowerCase())
    const fail = (reason: ExceptionIdError["reason"], text: string, candidates: ReadonlyArray<string> = []) =>
      new ExceptionIdError({ reason, given: text, candidates })
    for (const text of wanted) {
      if (!/^(x[0-9a-f]{0,16}|[0-9a-f]{1,16})$/.test(text)) return yield* fail("NotAnId", text)
      if (text.length < least) return yield* fail("TooShort", text)
    }
    const rows = yield* sql.rows<{ wanted: string; exception_id: string }>(
      `SELECT DISTINCT w.wanted, e.exception_id
       FROM (SELECT unnest($1) AS wanted) AS w JOIN recon.exceptions AS e
         ON starts_with(e.exception_id, w.wanted) OR starts_with(e.former_id, w.wanted)
       ORDER BY ALL`,
      [wanted],
    )
    const found: Array<string> = []
    for (const text of wanted) {
      const ids = rows.filter((row) => row.wanted === text).map((row) => row.exception_id)
      const [only, ...others] = ids
      if (only === undefined) return yield* fail("Unknown", text)
      if (others.length > 0) return yield* fail("Ambiguous", text, ids.slice(0, shown))
      if (!found.includes(only)) found.push(only)
    }
    return found
  })
