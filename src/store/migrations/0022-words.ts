import { CompiledQuery, type Migration } from "kysely"
import { quoteText } from "../describe-table.ts"

/** What many queries say in the same words, of a run as of any other: name and parameters, definition, and what it says. */
const words: ReadonlyArray<readonly [call: string, definition: string, comment: string]> = [
  [
    "recon.severity_order(severity)",
    "list_position(['critical', 'high', 'medium', 'low', 'info'], severity)",
    "1 for critical to 5 for info, to sort by.",
  ],
  [
    "recon.is_live(state)",
    "state IN ('open', 'acknowledged', 'reopened')",
    "Of an exception's state: neither resolved nor written off, so somebody still has to see to it.",
  ],
  [
    "recon.stake_of(at_stake, difference, actual, expected)",
    "coalesce(at_stake, abs(coalesce(nullif(difference, 0), actual, expected)))",
    "What an exception is about, without sign. One that an earlier version found last has no stake of its own: then the difference, or what there is where nothing differs or one side is missing.",
  ],
  [
    "recon.counts_in(run, customer_id, last_seen_run)",
    `customer_id IS NULL OR last_seen_run = run
       OR customer_id IN (SELECT c.customer_id FROM recon.coverage AS c WHERE c.run_id = run)`,
    "Whether an exception counts in a run: it is about a customer whom the run was to read, or about none, or the run found it. The others are listed, and decide nothing.",
  ],
  [
    "recon.is_settled_list(coverage)",
    "coverage IN ('COMPLETE', 'NOT_APPLICABLE')",
    "Of the coverage of a list in a run: read to its end, or not to be read because the product is not enabled.",
  ],
  [
    "recon.was_judged(state)",
    "state IN ('reconciled', 'reported')",
    "Of a run's state: the checks have run over what it read.",
  ],
]

export const wordsOfQueries: Migration = {
  up: async (db) => {
    for (const [call, definition, comment] of words) {
      const [name = ""] = call.split("(", 1)
      await db.executeQuery(CompiledQuery.raw(`CREATE MACRO ${call} AS ${definition}`))
      await db.executeQuery(CompiledQuery.raw(`COMMENT ON MACRO ${name} IS ${quoteText(`${call}: ${comment}`)}`))
    }
  },
}
