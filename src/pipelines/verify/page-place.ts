import { quoteText } from "../../store/describe-table.ts"
import type { PageFinding } from "./finding.ts"

/** Where a page is, as the proofs select it. */
export interface PagePlace {
  readonly run_id: string
  readonly customer_id: string
  readonly stream: string
  readonly chain: number
  readonly part: string
  readonly sequence: number
  readonly request_id: string | null
}

export const pageFinding = (place: PagePlace, faults: ReadonlyArray<string>): PageFinding => ({
  _tag: "Page",
  runId: place.run_id,
  customerId: place.customer_id,
  stream: place.stream,
  chain: place.chain,
  part: place.part,
  sequence: place.sequence,
  requestId: place.request_id,
  faults,
})

/** A table of faults as one SQL list of those that are met. */
export const faultList = (faults: ReadonlyArray<readonly [when: string, sentence: string]>): string =>
  `list_filter([${faults.map(([when, sentence]) => `CASE WHEN ${when} THEN ${quoteText(sentence)} END`).join(", ")}], lambda fault: fault IS NOT NULL)`
