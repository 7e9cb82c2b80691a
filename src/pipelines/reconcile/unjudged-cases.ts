import type { Check } from "./check.ts"

/** What a check says of the cases that it could not judge: `cases` returns `stream` and `record_id`, one row a case. */
export const unjudgedCases = (
  cases: string,
  unprovenWhen: string,
): Required<Pick<Check, "unproven" | "unprovenWhen" | "unjudged">> => ({
  unproven: `SELECT count(*) AS unproven FROM (${cases})`,
  unprovenWhen,
  unjudged: cases,
})
